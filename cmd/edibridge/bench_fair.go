package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
)

const (
	fairFlood = 3000 // files of one partner that wait
	fairLone  = 60   // files of another, one after the other
)

// benchFair measures how long one partner's file takes from the upload to its
// recorded 997 and event, alone and while another partner's files wait.
func benchFair(ctx context.Context, cfg *bridge.Configuration) ([]figure, error) {
	alone, err := fair(ctx, cfg, 0)
	if err != nil {
		return nil, err
	}
	flooded, err := fair(ctx, cfg, fairFlood)
	if err != nil {
		return nil, err
	}
	at := func(times []time.Duration, p int) float64 {
		slices.Sort(times)
		return times[min(len(times)*p/100, len(times)-1)].Seconds() * 1e3
	}
	return []figure{{Name: "a lone partner's file, 99 % within", Value: at(flooded, 99), Unit: "ms", Floor: at(alone, 99),
		Ratio: at(flooded, 99) / at(alone, 99), More: map[string]float64{"50 % within, ms": at(flooded, 50), "alone, ms": at(alone, 50)},
		Note: fmt.Sprintf("while %d files of another wait; floor: alone; bound 2", fairFlood)}}, nil
}

// withSecond adds a second partner to the flow's configuration.
func withSecond(cfg *bridge.Configuration) *bridge.Configuration {
	out := *cfg
	p := *cfg.Partners[0]
	p.ID, p.Access = "lone", []bridge.Access{{Endpoint: "bench", Peer: "lone"}}
	p.Identifiers = []bridge.Identifier{{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: "LONE"}}
	p.Agreements = []*bridge.Agreement{new(*p.Agreements[0])}
	p.Agreements[0].Partner = p.ID
	out.Partners = append(slices.Clone(cfg.Partners), &p)
	return &out
}

// fair gives the times of the lone partner's files behind a flood.
func fair(ctx context.Context, cfg *bridge.Configuration, flood int) (times []time.Duration, err error) {
	dir, err := os.MkdirTemp("", "edibridge-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	f, err := newFlow(ctx, dir, withSecond(cfg))
	if err != nil {
		return nil, err
	}
	defer f.close()
	if err := f.send(ctx, flood); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan error, 1)
	go func() { stopped <- f.bridge.Run(ctx) }()
	defer func() {
		cancel()
		err = errors.Join(err, <-stopped)
	}()
	for n := range fairLone {
		took, err := f.one(ctx, n+1)
		if err != nil {
			return nil, err
		}
		times = append(times, took)
	}
	return times, nil
}

// one brings the lone partner's nth file and waits until it is translated.
func (f *flow) one(ctx context.Context, n int) (time.Duration, error) {
	body := story850("LONE", "EDIBRIDGE", n, storyOrder{po: fmt.Sprint("LONE", n), lines: 10})
	began := time.Now()
	r, err := f.bridge.Accept(ctx, &transports.Delivery{Endpoint: "bench", Peer: "lone", Name: "lone.edi",
		Size: int64(len(body)), Body: bytes.NewReader(body)})
	for err == nil {
		var t bridge.Transmission
		t, err = f.store.Transmission(ctx, bridge.ID(r.ID))
		if err == nil && t.State == bridge.Translated {
			return time.Since(began), nil
		}
		if t.State == bridge.Quarantined {
			return 0, errors.New("the lone file is quarantined: " + t.Reason)
		}
		time.Sleep(time.Millisecond) // asking costs CPU that the flow would use
	}
	return 0, err
}
