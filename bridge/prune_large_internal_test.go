package bridge

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"
)

// endless is a store of one family of files, each the cause of the next.
type endless struct {
	Store
	files int64
	links int
}

func (s *endless) Ended(_ context.Context, q EndedQuery) (page []Ended, _ error) {
	last := int64(0)
	if q.After != "" {
		if _, err := fmt.Sscan(q.After, &last); err != nil {
			return nil, err
		}
	}
	for row := last + 1; row <= s.files && len(page) < q.Limit; row++ {
		page = append(page, Ended{ID: ID(fmt.Sprint(row)), Row: row, Mark: fmt.Sprint(row)})
	}
	return page, nil
}

func (s *endless) Kin(_ context.Context, id ID, limit int) (kin []Kin, err error) {
	var of int64
	_, err = fmt.Sscan(string(id), &of)
	for row := max(1, of-int64(limit)); len(kin) <= limit; row++ {
		kin = append(kin, Kin{Row: row})
	}
	return kin, err
}

func (s *endless) Links(_ context.Context, rows []int64, _ int) (out []int64, _ error) {
	s.links++
	for _, row := range rows {
		for _, other := range []int64{row - 1, row + 1} {
			if other >= 1 && other <= s.files {
				out = append(out, other)
			}
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(out))), nil
}

// TestPruneTooLarge: a family of more than a pass holds stays. It is not walked over
// again for each file by which it is found.
func TestPruneTooLarge(t *testing.T) {
	s := &endless{files: 900}
	p := Pruner{Store: s, Config: &Configuration{Retention: map[string]Retention{"": {History: time.Hour}}}, Now: time.Now(), most: 400}
	got, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c := got.Classes[0]; c.Families != 0 || c.Kept[keptTooLarge] < 1 || c.Kept[keptTooLarge] > 9 {
		t.Errorf("kept\n got %+v\nwant the family once, and for the parts that a walk did not come to", c)
	}
	if s.links > 9*400 {
		t.Errorf("steps of walks\n got %d\nwant one walk for each of those", s.links)
	}
}
