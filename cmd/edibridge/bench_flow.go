package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

const (
	flowSenders = 64
	flowWarm    = 512 // files that are not counted
	flowFiles   = 4000
	flowSteady  = 1500 // files that are sent at the rate of the bound
)

// flowBound is what is wanted of a store: files in a second.
type flowBound struct{ bound, goal float64 }

// benchFlow measures small interchanges from accept to the event that a webhook
// has taken and the 997 that lies in the partner's mailbox, all in this process:
// on SQLite and, where a server's address is given, on PostgreSQL with one and
// with three replicas.
func benchFlow(ctx context.Context, postgres string) ([]figure, error) {
	defer spareThreads()()
	dir, err := os.MkdirTemp("", "edibridge-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	sync, err := syncRate(dir)
	if err != nil {
		return nil, err
	}
	figures := []figure{{Name: "one append and fdatasync after the other", Value: sync, Unit: "1/s"}}
	on := place{folder: dir}
	one, _, err := flowFigures(ctx, on, "SQLite", 1, sync, flowBound{300, 1500})
	if err != nil || postgres == "" {
		return append(figures, one...), err
	}
	figures = append(figures, one...)
	on.postgres = postgres
	one, rate, err := flowFigures(ctx, on, "PostgreSQL", 1, sync, flowBound{200, 1000})
	if err != nil {
		return nil, err
	}
	figures = append(figures, one...)
	three, _, err := flowFigures(ctx, on, "PostgreSQL, 3 replicas", 3, rate, flowBound{})
	return append(figures, three...), err
}

// flowFigures measures one store: how many files a second, what they cost, and
// how long an accept and a lone partner's file take. Of several replicas only how
// many files, beside the rate of one.
func flowFigures(ctx context.Context, on place, name string, replicas int, floor float64, want flowBound) ([]figure, float64, error) {
	f, err := on.flow(ctx, replicas, nil)
	if err != nil {
		return nil, 0, err
	}
	defer f.close()
	if _, _, _, err := f.load(ctx, flowWarm, 0); err != nil {
		return nil, 0, err
	}
	took, cpu, accepts, err := f.load(ctx, flowFiles, 0)
	if err != nil {
		return nil, 0, err
	}
	rate := flowFiles / took.Seconds()
	if replicas > 1 {
		return []figure{{Name: "flow on " + name, Value: rate, Unit: "files/s", Floor: floor, Ratio: rate / floor,
			Note: "floor: one replica; bound 0.8"}}, rate, nil
	}
	_, _, steady, err := f.load(ctx, flowSteady, want.bound)
	if err != nil {
		return nil, 0, err
	}
	store, archive, err := f.kept(ctx)
	if err != nil {
		return nil, 0, err
	}
	stages, err := on.stages(ctx)
	if err != nil {
		return nil, 0, err
	}
	fair, err := benchFair(ctx, on, name)
	if err != nil {
		return nil, 0, err
	}
	return append([]figure{
		{Name: "flow on " + name, Value: rate, Unit: "files/s", Floor: floor, Ratio: rate / floor,
			Note: fmt.Sprintf("%d senders; floor: one append and fdatasync after the other; bound %.0f, goal %.0f", flowSenders, want.bound, want.goal)},
		{Name: name + ", CPU per interchange", Value: cpu.Seconds() * 1e3 / flowFiles, Unit: "ms", More: stages, Note: "of this process; the shares are of another run"},
		{Name: name + ", accept, 99 % within", Value: within(accepts, 99), Unit: "ms", More: map[string]float64{"50 % within, ms": within(accepts, 50)},
			Note: "as fast as it can; bound 25"},
		{Name: fmt.Sprintf("%s, accept at %.0f/s, 99 %% within", name, want.bound), Value: within(steady, 99), Unit: "ms",
			More: map[string]float64{"50 % within, ms": within(steady, 50)}},
		{Name: name + ", kept of an interchange", Value: float64(store) / float64(f.sent) / 1024, Unit: "KiB",
			More: map[string]float64{"in the archive, KiB": float64(archive) / float64(f.sent) / 1024}, Note: "of an order of 10 lines with its answer and event"},
	}, fair...), rate, nil
}

// stages measures which parts of the work the CPU time of the flow is, in per
// cent. It is a run of its own, since measuring costs as well.
func (on place) stages(ctx context.Context) (map[string]float64, error) {
	count := &stageCPU{total: map[bridge.Stage]time.Duration{}}
	f, err := on.flow(ctx, 1, count)
	if err != nil {
		return nil, err
	}
	defer f.close()
	_, cpu, _, err := f.load(ctx, flowFiles/4, 0)
	if err != nil {
		return nil, err
	}
	shares := map[string]float64{}
	var known time.Duration
	for st, d := range count.total {
		shares["cpu% "+string(st)] = 100 * d.Seconds() / cpu.Seconds()
		known += d
	}
	shares["cpu% store, archive, runtime"] = 100 * (cpu - known).Seconds() / cpu.Seconds()
	return shares, nil
}

// syncRate is how many appends of 1 KiB, each made durable, this disk does in a
// second.
func syncRate(dir string) (float64, error) {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	block := make([]byte, 1024)
	const n = 500
	began := time.Now()
	for range n {
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	return n / time.Since(began).Seconds(), nil
}

// within is the time, in milliseconds, within which p of 100 ended.
func within(times []time.Duration, p int) float64 {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[min(len(sorted)*p/100, len(sorted)-1)].Seconds() * 1e3
}
