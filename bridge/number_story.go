package bridge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// NumberStory is what became of one value of one series of control numbers. Its
// JSON is what "edibridge control explain --json" prints.
type NumberStory struct {
	Series string      `json:"series"`
	Epoch  int64       `json:"epoch"` // how often the series had started again
	Value  int64       `json:"value"`
	State  NumberState `json:"state"` // NumberSkipped, NumberAhead too
	Why    string      `json:"why"`   // one sentence for a person
	// Of the Transmission that carries it; "" where there is none.
	Transmission      ID        `json:"transmission"`
	TransmissionState State     `json:"transmissionState"`
	Kind              Kind      `json:"kind"`
	Partner           string    `json:"partner"`
	Set               string    `json:"set"`
	Name              string    `json:"name"`
	Changed           time.Time `json:"changed"`
}

// What a value may be that is no Number.
const (
	NumberSkipped NumberState = "skipped" // a person set the series past it
	NumberAhead   NumberState = "ahead"   // not given yet
)

// ExplainNumber tells of one value in all series whose name has all words of
// series in it: newest epoch last. Values that were not given yet are told only
// where words are given.
func ExplainNumber(ctx context.Context, q Query, value int64, series string) ([]NumberStory, error) {
	all, err := q.AllSeries(ctx)
	if err != nil {
		return nil, err
	}
	numbers, err := q.Numbers(ctx, value)
	if err != nil {
		return nil, err
	}
	var told []NumberStory
	for i := range all {
		s := &all[i]
		if !hasWords(s.Name, series) {
			continue
		}
		current := false // the newest epoch is told of
		for _, n := range numbers {
			if n.Series != s.Name {
				continue
			}
			current = current || n.Epoch == s.Epoch
			story, err := storyOf(ctx, q, n)
			if err != nil {
				return nil, err
			}
			told = append(told, story)
		}
		if current {
			continue
		}
		story, err := absent(ctx, q, s, value)
		if err != nil {
			return nil, err
		}
		if story.State == NumberSkipped || series != "" {
			told = append(told, story)
		}
	}
	return told, nil
}

func hasWords(name, words string) bool {
	for _, w := range strings.Fields(words) {
		if !strings.Contains(strings.ToLower(name), strings.ToLower(w)) {
			return false
		}
	}
	return true
}

// storyOf tells of a number that was given.
func storyOf(ctx context.Context, q Query, n Number) (NumberStory, error) {
	s := NumberStory{Series: n.Series, Epoch: n.Epoch, Value: n.Value, State: n.State}
	t, err := q.Transmission(ctx, n.For)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return s, err
	}
	if err == nil {
		s.Transmission, s.TransmissionState, s.Kind, s.Partner, s.Set, s.Name, s.Changed = t.ID, t.State, t.Kind, t.Partner, t.Set, t.Name, t.Changed
	}
	switch n.State {
	case NumberUsed:
		s.Why = fmt.Sprintf("it stands in %s, which is %s", t.Name, t.State)
	case NumberReserved:
		s.Why = "it is reserved for what is being made"
	case NumberFree:
		s.Why = "it was reserved by a translation that came to another end; nobody has it, and it is given before new ones"
	case NumberVoid:
		s.Why = fmt.Sprintf("it stood in %s, which nobody saw: %s", t.Name, t.Reason)
	}
	return s, nil
}

// absent tells why a value is not among the numbers of a series' newest epoch.
func absent(ctx context.Context, q Query, of *Series, value int64) (NumberStory, error) {
	s := NumberStory{Series: of.Name, Epoch: of.Epoch, Value: value, State: NumberAhead,
		Why: fmt.Sprintf("it was not given yet: %d comes next", of.Next())}
	if value > of.Last {
		return s, nil
	}
	changes, err := q.Renumberings(ctx, of.Name)
	for i := range changes {
		if r := &changes[i]; r.Epoch == of.Epoch && value < r.Next {
			s.State, s.Changed = NumberSkipped, r.At
			s.Why = fmt.Sprintf("%s set the series to go on with %d: %s", r.By, r.Next, r.Reason)
			break
		}
	}
	return s, err
}
