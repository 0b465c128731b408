# rule: MLW113
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV


def train(X_train, y_train, X_test, y_test):
    X_train, y_train = SMOTE(random_state=0).fit_resample(X_train, y_train)
    search = GridSearchCV(RandomForestClassifier(random_state=0), {"max_depth": [3, 5]}, cv=5)
    search.fit(X_train, y_train)  # expect: MLW113
    print(f1_score(y_test, search.best_estimator_.predict(X_test)))
