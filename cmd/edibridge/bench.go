package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
	"github.com/edibridge/edibridge/x12/guides"
)

// figure is one measured number beside the floor of the same run.
type figure struct {
	Name  string             `json:"name"`
	Value float64            `json:"value"`
	Unit  string             `json:"unit"`
	Floor float64            `json:"floor,omitempty"` // the cheapest way to do less, same unit
	Ratio float64            `json:"ratio,omitempty"` // Value / Floor
	More  map[string]float64 `json:"more,omitempty"`
	Note  string             `json:"note,omitempty"`
}

func benchCommand() *cobra.Command {
	var asJSON bool
	var write string
	cmd := &cobra.Command{
		Use:       "bench [read|validate|map|flow]",
		Short:     "measure on made-up data on this machine, each figure beside a floor of the same run",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: []string{"read", "validate", "map", "flow"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if write != "" {
				return os.WriteFile(write, benchData(benchSize, benchSets), 0o644)
			}
			return bench(cmd.Context(), cmd.OutOrStdout(), args, asJSON)
		},
	}
	cmd.Flags().StringVar(&write, "write", "", "write the file of the read bench to `FILE` and measure nothing: for other programs")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// bench runs the parts named, or all.
func bench(ctx context.Context, out io.Writer, args []string, asJSON bool) error {
	parts := []struct {
		name string
		run  func(context.Context) ([]figure, error)
	}{{"read", benchRead}, {"validate", benchValidate}, {"map", benchMap}, {"flow", benchFlow}}
	known := len(args) == 0
	for _, p := range parts {
		if len(args) == 1 && args[0] != p.name {
			continue
		}
		known = true
		figures, err := p.run(ctx)
		if err != nil {
			return fmt.Errorf("bench %s: %w", p.name, err)
		}
		if err := printFigures(out, figures, asJSON); err != nil {
			return err
		}
	}
	if !known {
		return fmt.Errorf("there is no bench %q: read, validate, map, flow", args[0])
	}
	return nil
}

func printFigures(out io.Writer, figures []figure, asJSON bool) error {
	for _, f := range figures {
		if asJSON {
			if err := json.NewEncoder(out).Encode(f); err != nil {
				return err
			}
			continue
		}
		line := fmt.Sprintf("%-34s %10.1f %-12s", f.Name, f.Value, f.Unit)
		if f.Floor > 0 {
			line += fmt.Sprintf("  %5.2fx of the floor %.1f", f.Ratio, f.Floor)
		}
		for _, k := range sortedKeys(f.More) {
			line += fmt.Sprintf("  %s %.1f", k, f.More[k])
		}
		if f.Note != "" {
			line += "  " + f.Note
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}

// benchData is about size bytes of 850s, sets transaction sets to an interchange.
func benchData(size, sets int) []byte {
	var b bytes.Buffer
	for n := 1; b.Len() < size; n++ {
		orders := make([]storyOrder, sets)
		for i := range orders {
			orders[i] = storyOrder{po: fmt.Sprintf("PO%06d-%d", n, i), lines: 20}
		}
		b.Write(bytes.ReplaceAll(story850("ACMERETAIL", "EDIBRIDGE", n, orders...), []byte("\n"), nil))
	}
	return b.Bytes()
}

// best gives the most megabytes (10^6) per second of process CPU time in rounds
// of work over n bytes.
func best(n int, rounds int, work func() error) (float64, error) {
	var top float64
	for range rounds {
		runtime.GC()
		a := processCPU()
		if err := work(); err != nil {
			return 0, err
		}
		if s := (processCPU() - a).Seconds(); s > 0 {
			top = max(top, float64(n)/1e6/s)
		}
	}
	return top, nil
}

// floor is the cheapest pass that still finds every segment and every element
// between these delimiters. It heeds no release character.
func floor(data []byte, terminator, separator byte) (segments, elements int) {
	for len(data) > 0 {
		end := bytes.IndexByte(data, terminator)
		if end < 0 {
			return segments, elements
		}
		segments++
		seg := data[:end]
		data = data[end+1:]
		for {
			i := bytes.IndexByte(seg, separator)
			if i < 0 {
				break
			}
			elements++
			seg = seg[i+1:]
		}
	}
	return segments, elements
}

// The file of the read bench: its size in bytes, transaction sets an interchange.
const (
	benchSize = 32 << 20
	benchSets = 5000
)

func benchFloor(data []byte) (float64, error) {
	terminator, separator := byte('~'), byte('*')
	if bytes.HasPrefix(data, []byte("UN")) {
		terminator, separator = '\'', '+'
	}
	var sum int
	v, err := best(len(data), 5, func() error {
		s, e := floor(data, terminator, separator)
		sum += s + e
		return nil
	})
	if err == nil && sum == 0 {
		err = fmt.Errorf("nothing was counted")
	}
	return v, err
}

// walkAll gives every message of data to visit.
func walkAll(data []byte, visit func(*edi.Message) error) error {
	for m, err := range edi.Messages(bytes.NewReader(data), x12.Syntax{}, edifact.Syntax{}) {
		if err == nil && visit != nil {
			err = visit(m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// benchRead reads files of both standards, with thousands of messages in one
// interchange and with one in each. The floor is that of the former.
func benchRead(context.Context) ([]figure, error) {
	var out []figure
	for _, c := range []struct {
		standard string
		data     func(size, messages int) []byte
	}{{"X12", benchData}, {"EDIFACT", benchOrders}} {
		large, single := c.data(benchSize, benchSets), c.data(benchSize, 1)
		fl, err := benchFloor(large)
		if err != nil {
			return nil, err
		}
		for _, part := range []struct {
			name string
			data []byte
		}{{"large interchanges", large}, {"one message per interchange", single}} {
			v, err := best(len(part.data), 5, func() error { return walkAll(part.data, nil) })
			if err != nil {
				return nil, err
			}
			out = append(out, figure{Name: "read " + c.standard + ", " + part.name, Value: v, Unit: "MB/CPU s", Floor: fl, Ratio: v / fl})
		}
	}
	return out, nil
}

// benchOrders is about size bytes of ORDERS, so many messages to an interchange.
func benchOrders(size, messages int) []byte {
	var b bytes.Buffer
	for n := 1; b.Len() < size; n++ {
		fmt.Fprintf(&b, "UNA:+.? 'UNB+UNOC:3+4099999000003:14+4099999000010:14+261123:0930+%d'", n)
		for m := 1; m <= messages; m++ {
			fmt.Fprintf(&b, "UNH+%d+ORDERS:D:96A:UN:EAN008'BGM+220+PO%06d-%d+9'DTM+137:20261123:102'", m, n, m)
			fmt.Fprintf(&b, "FTX+AAI+++IS GATE %d OPEN?? IT?'S URGENT'NAD+BY+4099999000003::9'", m%9)
			fmt.Fprintf(&b, "NAD+DP+4099999%06d::9++CORNER MARKET %d+HARBOUR STREET %d+KIEL++24103+DE'", m, m%400, n%900+1)
			for k := 1; k <= 20; k++ {
				fmt.Fprintf(&b, "LIN+%d++4099999%06d:EN'PIA+1+SKU-%d:SA'IMD+F++:::MADE UP ARTICLE NO %d'QTY+21:%d:PCE'PRI+AAA:%d.%02d'",
					k, k*7919%1000000, k, k, k%48+1, k%90+1, k%100)
			}
			fmt.Fprintf(&b, "UNS+S'CNT+2:20'UNT+109+%d'", m)
		}
		fmt.Fprintf(&b, "UNZ+%d+%d'", messages, n)
	}
	return b.Bytes()
}

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
	v, err := best(len(data), 3, func() error {
		return walkAll(data, func(m *edi.Message) error {
			if r := g.Validate(m, guide.Options{}); r.Errors > 0 {
				return fmt.Errorf("%s: %s", m.Path, r.Findings[0].String())
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	peak, err := validatePeak(ctx)
	if err != nil {
		return nil, err
	}
	return []figure{{Name: "read and validate", Value: v, Unit: "MB/CPU s", Floor: fl, Ratio: v / fl}, peak}, nil
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
		More: map[string]float64{"seconds": time.Since(began).Seconds()}, Note: "bound 64"}, nil
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
