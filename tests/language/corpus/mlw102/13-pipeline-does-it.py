# rule: MLW102 clean
import pandas as pd
from sklearn.linear_model import Lasso
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer

boats = pd.read_csv("boats.csv")
Xa, Xb, ya, yb = train_test_split(boats[["length", "year"]], boats["price"], random_state=0)
chain = make_pipeline(PowerTransformer(), Lasso(alpha=0.1))
chain.fit(Xa, ya)
print(chain.score(Xb, yb))
