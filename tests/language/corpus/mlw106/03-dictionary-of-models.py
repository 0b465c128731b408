# rule: MLW106
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv("seeds.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="kind"), df["kind"], random_state=0)
models = {
    "logit": LogisticRegression(max_iter=500),
    "forest": RandomForestClassifier(random_state=0),
    "extra": ExtraTreesClassifier(random_state=0),
}
results = {}
for name, model in models.items():
    model.fit(X_train, y_train)
    results[name] = model.score(X_test, y_test)  # expect: MLW106
print(max(results, key=results.get))
