# rule: MLW102
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.preprocessing import MinMaxScaler

train = pd.read_csv("energy_2022.csv")
test = pd.read_csv("energy_2023.csv")
y_train, y_test = train.pop("kwh"), test.pop("kwh")
scaler_a, scaler_b = MinMaxScaler(), MinMaxScaler()
A = scaler_a.fit_transform(train)
B = scaler_b.fit_transform(test)  # expect: MLW102
forest = RandomForestRegressor(random_state=0).fit(A, y_train)
print(forest.score(B, y_test))
