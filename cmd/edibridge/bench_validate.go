package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/x12"
	"github.com/edibridge/edibridge/x12/guides"
)

func benchGuide() (*guide.Guide, error) {
	lib, err := guides.Library()
	if err != nil {
		return nil, err
	}
	g, _ := lib.Find(edi.X12, "004010", "850")
	if g == nil {
		return nil, fmt.Errorf("there is no guide X12 004010 850")
	}
	return g, nil
}

// benchValidate validates 850s against their guide, then does all that the command
// ack does, of both standards.
func benchValidate(ctx context.Context) ([]figure, error) {
	data := benchData(benchSize/2, 500)
	fl, err := benchFloor(data)
	if err != nil {
		return nil, err
	}
	g, err := benchGuide()
	if err != nil {
		return nil, err
	}
	var validator guide.Validator
	v, err := best(len(data), 3, func() error {
		return walkAll(data, func(m *edi.Message) error {
			if r := validator.Validate(g, m, guide.Options{}); r.Errors > 0 {
				return fmt.Errorf("%s: %s", m.Path, r.Findings[0].String())
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	all := []figure{{Name: "read and validate", Value: v, Unit: "MB/CPU s", Floor: fl, Ratio: v / fl}}
	for _, c := range []struct {
		name string
		data []byte
	}{{"read, validate, write the 997", data}, {"read, validate, write the CONTRL", benchOrders(benchSize/2, 500)}} {
		f, err := benchAnswer(c.name, c.data)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	peak, err := validatePeak(ctx)
	return append(all, peak), err
}

// benchAnswer validates a file and writes its acknowledgment, as the command ack
// does.
func benchAnswer(name string, data []byte) (figure, error) {
	fl, err := benchFloor(data)
	if err != nil {
		return figure{}, err
	}
	langs, err := loadGuides("")
	if err != nil {
		return figure{}, err
	}
	v, err := best(len(data), 3, func() error {
		a := &acknowledging{judge: judge{langs: langs}, out: io.Discard, control: 1, now: time.Now()}
		if _, err := a.run(bytes.NewReader(data)); err != nil {
			return err
		}
		if v := a.tally.verdict(); v != x12.Accepted {
			return fmt.Errorf("the bench's own file is not accepted: %s", v)
		}
		return nil
	})
	return figure{Name: name, Value: v, Unit: "MB/CPU s", Floor: fl, Ratio: v / fl, Note: "bound 0.12x"}, err
}

// validatePeak runs "validate" in a process of its own over a file of 150 MB
// and gives the most memory that it held.
func validatePeak(ctx context.Context) (figure, error) {
	dir, err := os.MkdirTemp("", "edibridge-bench-")
	if err != nil {
		return figure{}, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "big.x12")
	if err := writeBig(file, 150_000_000); err != nil {
		return figure{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return figure{}, err
	}
	cmd := exec.CommandContext(ctx, self, "validate", "--json", file)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return figure{}, err
	}
	peak := make(chan float64, 1)
	go func() { peak <- watchPeak(cmd.Process.Pid) }()
	if err := cmd.Wait(); err != nil {
		return figure{}, fmt.Errorf("validate: %w", err)
	}
	return figure{Name: "validate, peak memory at 150 MB", Value: <-peak, Unit: "MiB",
		More: map[string]float64{"seconds": time.Since(began).Seconds()}, Note: "bound 32"}, nil
}

// writeBig writes a file of 850s of about size bytes, piece by piece.
func writeBig(file string, size int) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	piece := benchData(4<<20, 5000)
	for n := 0; n < size; n += len(piece) {
		if _, err := f.Write(piece); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return f.Close()
}

// watchPeak gives the peak resident memory in MiB that Linux tells of a process
// (VmHWM) as long as it lives. What wait4(2) tells is no use here: it counts
// the memory of this process, from which that one was forked.
func watchPeak(pid int) float64 {
	var peak float64
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return peak
		}
		_, after, ok := strings.Cut(string(status), "VmHWM:")
		if !ok {
			return peak
		}
		var kib float64
		fmt.Sscan(after, &kib)
		peak = kib / 1024
		time.Sleep(5 * time.Millisecond)
	}
}
