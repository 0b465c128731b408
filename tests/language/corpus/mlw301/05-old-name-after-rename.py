# rule: MLW301
import pandas as pd

loans = pd.read_csv("../data/loans.csv")
loans = loans.rename(columns={"amount": "loan_amount"})
print(loans["loan_amount"].sum())
print(loans["amount"].max())  # expect: MLW301
