package main

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/mappings"
)

// mapBench is what the mapping bench works with.
type mapBench struct {
	guide   *guide.Guide
	mapping *mappings.Mapping
	floor   float64
	matcher guide.Validator
	reader  mappings.Reader
}

// benchMap maps 850s both ways: a file of small ones, beside the floor of the read
// bench, and one of 1,500 segments.
func benchMap(context.Context) ([]figure, error) {
	all, lib, err := benchTables()
	if err != nil {
		return nil, err
	}
	data := benchData(benchSize/4, 500)
	fl, err := benchFloor(data)
	if err != nil {
		return nil, err
	}
	g, err := benchGuide()
	if err != nil {
		return nil, err
	}
	b := mapBench{guide: g, mapping: lib.Find(string(edi.X12), "004010", "850"), floor: fl}
	if b.mapping == nil {
		return nil, fmt.Errorf("there is no mapping of X12 004010 850")
	}
	for _, part := range []func([]byte) (figure, error){b.stream, b.traced, b.kept, b.out} {
		f, err := part(data)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	large, err := b.large()
	return append(all, large...), err
}

// benchTables times the tables that ship: read, as every start does, and all of
// them compiled, as no start does.
func benchTables() ([]figure, *mappings.Library, error) {
	began := processCPU()
	lib, err := mappings.Standard()
	if err != nil {
		return nil, nil, err
	}
	read := processCPU()
	names := lib.Names()
	for _, name := range names {
		lib.Named(name).Digest() // of the compiled table
	}
	compiled := processCPU()
	milli := func(d time.Duration) float64 { return d.Seconds() * 1e3 }
	return []figure{
		{Name: "tables that ship, read", Value: milli(read - began), Unit: "CPU ms", Note: "bound 150", More: map[string]float64{"tables": float64(len(names))}},
		{Name: "all of them compiled at once", Value: milli(compiled - read), Unit: "CPU ms", Note: "done when asked for"},
	}, lib, nil
}

// stream reads a file and makes the JSON of each document, as "edibridge map" does:
// each in the memory of the one before.
func (b *mapBench) stream(data []byte) (figure, error) {
	return b.in("X12 to canonical JSON", data, func(m *edi.Message) (*mappings.Result, error) {
		return b.reader.In(b.mapping, b.reader.Source(m, b.matcher.Match(b.guide, m)), mappings.InOptions{})
	})
}

// traced is stream with lineage.
func (b *mapBench) traced(data []byte) (figure, error) {
	return b.in("the same, with lineage", data, func(m *edi.Message) (*mappings.Result, error) {
		return b.reader.In(b.mapping, b.reader.Source(m, b.matcher.Match(b.guide, m)), mappings.InOptions{Lineage: true})
	})
}

// kept is stream for who keeps the documents.
func (b *mapBench) kept(data []byte) (figure, error) {
	return b.in("the same, documents to keep", data, b.read)
}

// in reads a file and makes the JSON of each document that read gives.
func (b *mapBench) in(name string, data []byte, read func(*edi.Message) (*mappings.Result, error)) (figure, error) {
	var line []byte
	segments, objects, size := 0, uint64(0), uint64(0)
	v, err := best(len(data), 5, func() error {
		before := allocated()
		err := walkAll(data, func(m *edi.Message) error {
			r, err := read(m)
			if err != nil {
				return err
			}
			segments += m.Len()
			line = canonical.Append(line[:0], r.Document)
			return nil
		})
		after := allocated()
		objects, size = objects+after.Mallocs-before.Mallocs, size+after.TotalAlloc-before.TotalAlloc
		return err
	})
	each := float64(max(segments, 1))
	return figure{Name: name, Value: v, Unit: "MB/CPU s", Floor: b.floor, Ratio: v / b.floor,
		More: map[string]float64{"allocations a segment": float64(objects) / each, "bytes a segment": float64(size) / each}}, err
}

// out writes the documents of a file, JSON decoding not included.
func (b *mapBench) out(data []byte) (figure, error) {
	var docs []canonical.Document
	size, segments := 0, 0
	err := walkAll(data[:bytes.Index(data, []byte("IEA*"))+16], func(m *edi.Message) error {
		r, err := b.read(m)
		if err != nil {
			return err
		}
		docs, size, segments = append(docs, r.Document), size+m.Size(), segments+m.Len()
		return nil
	})
	if err != nil {
		return figure{}, err
	}
	const rounds, passes = 5, 10
	before := allocated()
	v, err := best(size*passes, rounds, func() error {
		for i := range len(docs) * passes {
			if _, findings, err := b.mapping.Out(docs[i%len(docs)], mappings.OutOptions{}); err != nil || len(findings) > 0 {
				return fmt.Errorf("out: %v %v", findings, err)
			}
		}
		return nil
	})
	return figure{Name: "canonical document to X12", Value: v, Unit: "MB/CPU s", Floor: b.floor, Ratio: v / b.floor,
		More: map[string]float64{"allocations a segment": float64(allocated().Mallocs-before.Mallocs) / float64(max(segments, 1)*rounds*passes)}}, err
}

// large times one 850 of 1,500 segments, both ways.
func (b *mapBench) large() ([]figure, error) {
	data := bytes.ReplaceAll(story850("ACMERETAIL", "EDIBRIDGE", 1, storyOrder{po: "LARGE", lines: 745}), []byte("\n"), nil)
	var doc canonical.Document
	const times = 100
	in, err := best(times, 5, func() error {
		for range times {
			if err := walkAll(data, func(m *edi.Message) error {
				r, err := b.read(m)
				if err == nil {
					doc = r.Document
				}
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out, err := best(times, 5, func() error {
		for range times {
			if _, _, err := b.mapping.Out(doc, mappings.OutOptions{}); err != nil {
				return err
			}
		}
		return nil
	})
	return []figure{
		{Name: "850 of 1,500 segments in", Value: milliseconds(in), Unit: "CPU ms", Note: "bound 3"},
		{Name: "850 of 1,500 segments out", Value: milliseconds(out), Unit: "CPU ms", Note: "bound 2"},
	}, err
}

// milliseconds is what one takes at so many millions a second.
func milliseconds(millions float64) float64 {
	if millions == 0 {
		return 0
	}
	return float64(time.Second/time.Millisecond) / (millions * 1e6)
}

func (b *mapBench) read(m *edi.Message) (*mappings.Result, error) {
	return b.mapping.In(mappings.FromMessage(m, b.guide, b.guide.Match(m)), mappings.InOptions{})
}

// allocated is what this process has allocated so far.
func allocated() runtime.MemStats {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s
}
