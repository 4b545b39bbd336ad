package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	fairFlood = 4000 // files of one partner that wait
	fairWarm  = 10   // files of another that are not counted
	fairLone  = 1000 // and that are, one after the other
)

// benchFair measures how long one partner's file takes from the upload to the
// event that its webhook has taken, alone and while another partner's files wait.
func benchFair(ctx context.Context, on place, name string) ([]figure, error) {
	alone, err := on.lone(ctx, 0)
	if err != nil {
		return nil, err
	}
	flooded, err := on.lone(ctx, fairFlood)
	if err != nil {
		return nil, err
	}
	return []figure{{Name: name + ", a lone partner's file, 99 % within", Value: within(flooded, 99), Unit: "ms", Floor: within(alone, 99),
		Ratio: within(flooded, 99) / within(alone, 99),
		More:  map[string]float64{"50 % within, ms": within(flooded, 50), "alone 50 % within, ms": within(alone, 50)},
		Note:  fmt.Sprintf("while %d files of another wait; floor: alone; bound 2", fairFlood)}}, nil
}

// lone gives the times of the lone partner's files behind a flood.
func (on place) lone(ctx context.Context, flood int) (times []time.Duration, err error) {
	f, err := on.flow(ctx, 1, nil)
	if err != nil {
		return nil, err
	}
	defer f.close()
	if _, err := f.send(ctx, "acme", flood, 0); err != nil {
		return nil, err
	}
	stop := f.work(ctx)
	defer func() { err = errors.Join(err, stop()) }()
	for n := range fairWarm + fairLone {
		took, err := f.one(ctx, n+1)
		if err != nil {
			return nil, err
		}
		times = append(times, took)
	}
	return times[fairWarm:], nil
}

// one brings the lone partner's nth file and waits for its event.
func (f *flow) one(ctx context.Context, n int) (time.Duration, error) {
	came := f.app.await(fmt.Sprintf("order/lone-%d", n))
	began := time.Now()
	if _, err := f.accept(ctx, 0, "lone", n); err != nil {
		return 0, err
	}
	select {
	case <-came:
		return time.Since(began), nil
	case <-time.After(time.Minute):
		return 0, fmt.Errorf("the event of the lone partner's file %d does not come", n)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
