# rule: MLW105
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error


def study(frame, columns, label):
    line = LinearRegression()
    line.fit(frame[columns], frame[label])
    return mean_absolute_error(frame[label], line.predict(frame[columns]))  # expect: MLW105


print(study(pd.read_csv("mpg.csv"), ["weight", "power"], "mpg"))
