"""Forecasts with LightGBM for `make bench`: one JSON object a line in, one out.

In:  {"values": [...], "day": steps of a day, "horizon": steps}
Out: {"mean": [...]}

Needs: pip install lightgbm mlforecast
"""

import json
import sys

import lightgbm
import pandas
from mlforecast import MLForecast
from mlforecast.lag_transforms import RollingMean


def forecast(values, day, horizon):
    week = [7 * day] if len(values) > 8 * day else []
    model = MLForecast(
        models=[lightgbm.LGBMRegressor(objective="l1", n_estimators=200, learning_rate=0.05, n_jobs=1, verbose=-1)],
        freq=1,
        lags=[1, 2, 3, 6, 12, day - 1, day, day + 1, 2 * day, *week],
        lag_transforms={1: [RollingMean(6), RollingMean(12), RollingMean(day)], day: [RollingMean(6)]},
    )
    frame = pandas.DataFrame({"unique_id": "load", "ds": range(len(values)), "y": values})
    return model.fit(frame).predict(horizon)["LGBMRegressor"].tolist()


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps({"mean": forecast(asked["values"], asked["day"], asked["horizon"])}), flush=True)
