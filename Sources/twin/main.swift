print("twin")
