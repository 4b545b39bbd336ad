package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
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
	var write, postgres string
	cmd := &cobra.Command{
		Use:       "bench [read|validate|map|flow]",
		Short:     "measure on made-up data on this machine, each figure beside a floor of the same run",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: []string{"read", "validate", "map", "flow"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if write != "" {
				return os.WriteFile(write, benchData(benchSize, benchSets), 0o644)
			}
			return bench(cmd.Context(), cmd.OutOrStdout(), args, postgres, asJSON)
		},
	}
	cmd.Flags().StringVar(&write, "write", "", "write the file of the read bench to `FILE` and measure nothing: for other programs")
	cmd.Flags().StringVar(&postgres, "postgres", "", "measure the flow on PostgreSQL as well: `ADDRESS` of a database in which schemas may be made")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// bench runs the parts named, or all.
func bench(ctx context.Context, out io.Writer, args []string, postgres string, asJSON bool) error {
	flow := func(ctx context.Context) ([]figure, error) { return benchFlow(ctx, postgres) }
	parts := []struct {
		name string
		run  func(context.Context) ([]figure, error)
	}{{"read", benchRead}, {"validate", benchValidate}, {"map", benchMap}, {"flow", flow}}
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
			line += fmt.Sprintf("  %6.3fx of the floor %.1f", f.Ratio, f.Floor)
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
