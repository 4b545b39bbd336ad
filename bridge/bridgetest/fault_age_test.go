package bridgetest

import (
	"context"
	"time"
)

func (c counting) Lift(context.Context, time.Time, int) (int, error) { c["Lift"]++; return 1, nil }
