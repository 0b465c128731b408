# rule: MLW101 clean
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split

visits = pd.read_csv("clinic_visits.csv")
x = SimpleImputer(strategy="constant", fill_value=0).fit_transform(visits[["age", "weight", "waited"]])
x_train, x_test, y_train, y_test = train_test_split(x, visits["returned"], random_state=8)
model = GradientBoostingClassifier(random_state=8).fit(x_train, y_train)
print(model.score(x_test, y_test))
