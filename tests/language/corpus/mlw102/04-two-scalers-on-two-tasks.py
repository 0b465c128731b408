# rule: MLW102 clean
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

df = pd.read_csv("energy_2022.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="kwh"), df[["kwh"]], random_state=0)
x_scaler, y_scaler = MinMaxScaler(), MinMaxScaler()
A = x_scaler.fit_transform(X_train)
t = y_scaler.fit_transform(y_train)
ridge = Ridge().fit(A, t)
guess = y_scaler.inverse_transform(ridge.predict(x_scaler.transform(X_test)))
print(abs(guess - y_test.to_numpy()).mean())
