package bridgetest

import (
	"context"
	"errors"
	"io"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

// counting is a Store and Bodies that count their calls.
type counting map[Point]int

func (c counting) Close() error { return nil }
func (c counting) Accept(context.Context, bridge.Acceptance) (bridge.AcceptedAs, error) {
	c["Accept"]++
	return bridge.AcceptedAs{ID: "a"}, nil
}
func (c counting) Claim(context.Context, bridge.ClaimQuery) ([]bridge.Claim, error) {
	c["Claim"]++
	return []bridge.Claim{{}}, nil
}
func (c counting) Advance(context.Context, bridge.Claim, bridge.Slice, time.Time) error {
	c["Advance"]++
	return nil
}
func (c counting) CommitOn(context.Context, bridge.Claim, bridge.Result, bridge.Onward) ([]bridge.Claim, error) {
	c["CommitOn"]++
	return nil, nil
}

func (c counting) Commit(context.Context, bridge.Claim, bridge.Result) error {
	c["Commit"]++
	return nil
}
func (c counting) ClaimOverdue(context.Context, bridge.ClaimQuery) ([]bridge.Expectation, error) {
	c["ClaimOverdue"]++
	return []bridge.Expectation{{ID: "a"}}, nil
}
func (c counting) Expire(context.Context, bridge.Expiry) error {
	c["Expire"]++
	return nil
}
func (c counting) Expectations(context.Context, bridge.ExpectationQuery) ([]bridge.Expectation, error) {
	c["Expectations"]++
	return []bridge.Expectation{{ID: "a"}}, nil
}
func (c counting) Attempt(context.Context, bridge.Claim, bridge.Wire) error {
	c["Attempt"]++
	return nil
}
func (c counting) Release(context.Context, bridge.Claim, time.Time) error { c["Release"]++; return nil }
func (c counting) Operate(context.Context, bridge.Operation) error        { c["Operate"]++; return nil }
func (c counting) Take(context.Context, bridge.ID, bridge.Evidence, []archive.Leaf) error {
	c["Take"]++
	return nil
}
func (c counting) Reserve(context.Context, bridge.Claim, []bridge.Scope) ([]bridge.Number, error) {
	c["Reserve"]++
	return []bridge.Number{{}}, nil
}
func (c counting) Renumber(context.Context, bridge.Renumbering) error { c["Renumber"]++; return nil }
func (c counting) AllSeries(context.Context) ([]bridge.Series, error) {
	c["AllSeries"]++
	return []bridge.Series{{}}, nil
}
func (c counting) Numbers(context.Context, int64) ([]bridge.Number, error) {
	c["Numbers"]++
	return []bridge.Number{{}}, nil
}
func (c counting) Renumberings(context.Context, string) ([]bridge.Renumbering, error) {
	c["Renumberings"]++
	return []bridge.Renumbering{{}}, nil
}
func (c counting) Backlog(context.Context, int) (int, error) { c["Backlog"]++; return 1, nil }
func (c counting) Transmission(context.Context, bridge.ID) (bridge.Transmission, error) {
	c["Transmission"]++
	return bridge.Transmission{ID: "a"}, nil
}
func (c counting) Find(context.Context, canonical.Key, int) ([]bridge.ID, error) {
	c["Find"]++
	return []bridge.ID{"a"}, nil
}
func (c counting) Family(context.Context, []bridge.ID, int) ([]bridge.Transmission, error) {
	c["Family"]++
	return []bridge.Transmission{{}}, nil
}
func (c counting) List(context.Context, bridge.ListQuery) ([]bridge.Transmission, error) {
	c["List"]++
	return []bridge.Transmission{{}}, nil
}
func (c counting) Documents(context.Context, bridge.DocumentQuery) iter.Seq2[bridge.Document, error] {
	c["Documents"]++
	return func(yield func(bridge.Document, error) bool) { yield(bridge.Document{}, nil) }
}
func (c counting) Evidence(context.Context, bridge.ID) ([]bridge.Evidence, error) {
	c["Evidence"]++
	return []bridge.Evidence{{}}, nil
}
func (c counting) Seen(context.Context, []bridge.SeenKey) ([]bridge.Seen, error) {
	c["Seen"]++
	return []bridge.Seen{{}}, nil
}
func (c counting) Body(context.Context, string, archive.Hash) (archive.Object, bool, error) {
	c["Body"]++
	return archive.Object{Size: 1}, true, nil
}
func (c counting) Counts(context.Context) (map[bridge.State]int, error) {
	c["Counts"]++
	return map[bridge.State]int{"x": 1}, nil
}
func (c counting) LeafIndexes(context.Context, []string) (map[string]int64, error) {
	c["LeafIndexes"]++
	return map[string]int64{"x": 1}, nil
}
func (c counting) Audit(context.Context, func(bridge.Record) error) error { c["Audit"]++; return nil }
func (c counting) Activate(context.Context, bridge.Activation, []byte, archive.Leaf) (bridge.Activation, error) {
	c["Activate"]++
	return bridge.Activation{Number: 1}, nil
}
func (c counting) Active(context.Context) (bridge.Activation, error) {
	c["Active"]++
	return bridge.Activation{Number: 1}, nil
}
func (c counting) Activations(context.Context, int) ([]bridge.Activation, error) {
	c["Activations"]++
	return []bridge.Activation{{}}, nil
}
func (c counting) ConfigurationFiles(context.Context, string) ([]byte, error) {
	c["ConfigurationFiles"]++
	return []byte("x"), nil
}
func (c counting) Links(context.Context, []int64, int) ([]int64, error) {
	c["Links"]++
	return []int64{1}, nil
}
func (c counting) KinOf(context.Context, []int64) ([]bridge.Kin, error) {
	c["KinOf"]++
	return []bridge.Kin{{}}, nil
}
func (c counting) TakeTurn(context.Context, bridge.Turn) (bool, error) {
	c["TakeTurn"]++
	return true, nil
}
func (c counting) Renew(context.Context, bridge.Claim, time.Time) error {
	c["Renew"]++
	return nil
}
func (c counting) Put(context.Context, string, io.Reader) (archive.Object, error) {
	c["Put"]++
	return archive.Object{Size: 1}, nil
}
func (c counting) PutAll(context.Context, string, ...[]byte) ([]archive.Object, error) {
	c["PutAll"]++
	return []archive.Object{{}}, nil
}
func (c counting) Get(context.Context, archive.Object) (io.ReadCloser, error) {
	c["Get"]++
	return io.NopCloser(strings.NewReader("x")), nil
}

// invoke calls the method that a point names with zero arguments, by reflection,
// so that a method that is forgotten is noticed. It gives the error and whether
// the call had any other answer.
func invoke(t *testing.T, on any, p Point) (err error, answered bool) {
	t.Helper()
	m := reflect.ValueOf(on).MethodByName(string(p))
	if !m.IsValid() {
		t.Fatalf("there is no method %s", p)
	}
	args := []reflect.Value{reflect.ValueOf(t.Context())}
	for i := 1; i < m.Type().NumIn() && !(m.Type().IsVariadic() && i == m.Type().NumIn()-1); i++ {
		args = append(args, reflect.Zero(m.Type().In(i)))
	}
	for _, out := range m.Call(args) {
		switch v := out.Interface().(type) {
		case error:
			err = v
		case iter.Seq2[bridge.Document, error]:
			err = errors.Join(err, drained(v))
		case iter.Seq2[bridge.ReplayItem, error]:
			err = errors.Join(err, drained(v))
		case iter.Seq2[bridge.Effect, error]:
			err = errors.Join(err, drained(v))
		default:
			answered = answered || !out.IsZero()
		}
	}
	return err, answered
}

// drained reads a stream to its end and gives its errors.
func drained[T any](values iter.Seq2[T, error]) (err error) {
	for _, e := range values {
		err = errors.Join(err, e)
	}
	return err
}

// points are all points with what they are called on.
func points(f *Faults, c counting) map[Point]any {
	all := map[Point]any{}
	for _, p := range StorePoints() {
		all[p] = f.Store(c)
	}
	for _, p := range BodyPoints() {
		all[p] = f.Bodies(c)
	}
	return all
}

func TestFaults(t *testing.T) {
	for p := range points(NewFaults(), counting{}) {
		for _, when := range []When{Before, After} {
			t.Run(string(p)+" "+string(when), func(t *testing.T) {
				c := counting{}
				f := NewFaults(Fault{Point: p, Nth: 2, When: when})
				on := points(f, c)[p]
				for nth, want := range []error{nil, ErrFault, nil} {
					err, answered := invoke(t, on, p)
					if !errors.Is(err, want) || (err == nil) != (want == nil) {
						t.Errorf("call %d\n got %v\nwant %v", nth+1, err, want)
					}
					if err != nil && answered {
						t.Errorf("call %d failed and has an answer", nth+1)
					}
				}
				want := map[When]int{Before: 2, After: 3}[when]
				if c[p] != want || f.Calls(p) != 3 {
					t.Errorf("calls\n got %d of %d\nwant %d of 3", c[p], f.Calls(p), want)
				}
			})
		}
	}
}

// TestFaultsDo: a plan runs what it is given, in its place, and may let the call go on.
func TestFaultsDo(t *testing.T) {
	c := counting{}
	var order []string
	note := func(what string) func() error {
		return func() error { order = append(order, what+strings.Repeat("+", c["Accept"])); return nil }
	}
	f := NewFaults(Fault{Point: "Accept", Nth: 1, When: Before, Do: note("before")}, Fault{Point: "Accept", Nth: 1, When: After, Do: note("after")})
	as, err := f.Store(c).Accept(t.Context(), bridge.Acceptance{})
	if err != nil || as.ID != "a" {
		t.Errorf("call\n got %+v, %v\nwant its own answer", as, err)
	}
	if got, want := strings.Join(order, " "), "before after+"; got != want {
		t.Errorf("order\n got %s\nwant %s", got, want)
	}
}

// TestPointsAreAll: every method of a Store and of Bodies is a point.
func TestPointsAreAll(t *testing.T) {
	all := points(NewFaults(), counting{})
	for _, typ := range []reflect.Type{reflect.TypeFor[bridge.Store](), reflect.TypeFor[bridge.Bodies]()} {
		for i := range typ.NumMethod() {
			if name := typ.Method(i).Name; name != "Close" && all[Point(name)] == nil {
				t.Errorf("%s is no point", name)
			}
		}
	}
}
