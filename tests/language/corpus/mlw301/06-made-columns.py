# rule: MLW301 clean
import pandas as pd

loans = pd.read_csv("../data/loans.csv")
loans["ratio"] = loans["amount"] / loans["income"]
loans = loans.assign(years=loans["term_months"] / 12)
loans.columns = loans.columns.str.upper()
print(loans[["RATIO", "YEARS", "DEFAULTED"]].mean())
