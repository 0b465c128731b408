# rule: MLW103 clean
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score

df = pd.read_csv("mushrooms.csv")
y = df.pop("edible")
X = pd.get_dummies(df)
folds = StratifiedKFold(5, shuffle=True, random_state=0)
print(cross_val_score(HistGradientBoostingClassifier(random_state=0), X, y, cv=folds).mean())
