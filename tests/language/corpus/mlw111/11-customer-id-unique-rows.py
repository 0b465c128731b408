# rule: MLW111 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

churn = pd.read_csv("../data/churn.csv").set_index("customer_id")
X_train, X_test, y_train, y_test = train_test_split(churn[["tenure", "monthly_charges"]], churn["churned"], random_state=0)
forest = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(forest.score(X_test, y_test))
