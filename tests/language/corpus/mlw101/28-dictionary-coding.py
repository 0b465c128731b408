# rule: MLW101 clean
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder

ads = pd.read_csv("ads.csv")
ads["device_os"] = LabelEncoder().fit_transform(ads["device_os"])
ads["weekend"] = ads["day"].map({"sat": 1, "sun": 1}).fillna(0)
ads = pd.get_dummies(ads, columns=["country"], drop_first=True)
y = ads.pop("clicked")
X_train, X_test, y_train, y_test = train_test_split(ads, y, test_size=0.2, random_state=4)
trees = ExtraTreesClassifier(random_state=4).fit(X_train, y_train)
print(trees.score(X_test, y_test))
