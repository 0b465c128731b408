# rule: MLW105 clean
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split


def study(fitted_on, judged_on, columns, label):
    line = LinearRegression()
    line.fit(fitted_on[columns], fitted_on[label])
    return mean_absolute_error(judged_on[label], line.predict(judged_on[columns]))


a, b = train_test_split(pd.read_csv("mpg.csv"), random_state=0)
print(study(a, b, ["weight", "power"], "mpg"))
