# rule: MLW101
import pandas as pd
from scipy.stats import ttest_ind
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("bridges.csv")
kept = []
for name in df.columns:
    statistic, p_value = ttest_ind(df[name][df["repair"] == 0], df[name][df["repair"] == 1])  # expect: MLW101
    if p_value < 0.05:
        kept.append(name)
X_train, X_test, y_train, y_test = train_test_split(df[kept], df["repair"], random_state=0)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
