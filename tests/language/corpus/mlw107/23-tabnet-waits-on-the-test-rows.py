# rule: MLW107
import pandas as pd
from pytorch_tabnet.tab_model import TabNetRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

harvest = pd.read_csv("harvest.csv")
x, y = harvest.drop(columns="tonnes").values, harvest[["tonnes"]].values
x_learn, x_later, y_learn, y_later = train_test_split(x, y, test_size=0.2, random_state=6)
net = TabNetRegressor(seed=6)
net.fit(X_train=x_learn, y_train=y_learn, eval_set=[(x_later, y_later)], max_epochs=80)  # expect: MLW107
print(mean_absolute_error(y_later, net.predict(x_later)))
