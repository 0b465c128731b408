# rule: MLW106 clean
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score, train_test_split

df = pd.read_csv("seeds.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="kind"), df["kind"], random_state=0)
models = {
    "logit": LogisticRegression(max_iter=500),
    "forest": RandomForestClassifier(random_state=0),
    "extra": ExtraTreesClassifier(random_state=0),
}
results = {name: cross_val_score(m, X_train, y_train, cv=5).mean() for name, m in models.items()}
best = models[max(results, key=results.get)].fit(X_train, y_train)
print(best.score(X_test, y_test))
