package celexpr

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/mappings"
)

func order() *canonical.Order {
	yes := true
	return &canonical.Order{
		Header: canonical.Header{Ext: map[string]string{"vendor": "7"}}, PONumber: "4711", OrderType: "DS", TaxExempt: &yes,
		Refs:    []canonical.Ref{{Scheme: "DP", Value: "038"}, {Scheme: "IA", Value: "99881"}},
		Parties: []canonical.Party{{Role: "shipTo", Name: "ACME"}},
		Lines:   []canonical.Line{{Index: 1, Quantity: canonical.Quantity{Value: "3"}, UnitPrice: "1.50"}, {Index: 2, Quantity: canonical.Quantity{Value: "0.5"}}},
		Totals:  &canonical.Totals{LineCount: "2"},
	}
}

func scopeOf(object any, condition bool) mappings.Scope {
	return mappings.Scope{Object: reflect.TypeOf(object).Elem(), Document: reflect.TypeFor[canonical.Order](), Bool: condition}
}

func TestEval(t *testing.T) {
	o := order()
	l := New()
	for _, c := range []struct {
		object any
		text   string
		bool   bool
		want   string
	}{
		{o, `poNumber + "-" + refs.filter(r, r.scheme == "IA")[0].value`, false, "4711-99881"},
		{o, `orderType == "DS" && parties.exists(p, p.role == "shipTo")`, true, "true"},
		{o, `has(totals.hash)`, true, "false"},
		{o, `has(totals.lineCount) && totals.lineCount == "2"`, true, "true"},
		{o, `ext.vendor`, false, "7"},
		{o, `"none" in ext ? ext.none : "-"`, false, "-"},
		{o, `taxExempt`, true, "true"},
		{o, `size(lines)`, false, "2"},
		{o, `lines.map(l, string(l.index)).join("/")`, false, "1/2"},
		{o, `currency.code`, false, ""},
		{o, `poNumber.matches("^[0-9]+$")`, true, "true"},
		{o, `parties[0].name.lowerAscii()`, false, "acme"},
		{&o.Lines[0], `mul(unitPrice, quantity.value)`, false, "4.50"},
		{&o.Lines[0], `it.index == 1 && doc.poNumber == "4711"`, true, "true"},
		{&o.Lines[0], `unitPrice == "" ? "0" : round(unitPrice, 1)`, false, "1.5"},
		{o, `add("0.10", "0.2")`, false, "0.30"},
		{o, `sub("1", "0.25")`, false, "0.75"},
		{o, `sub("0.25", "1")`, false, "-0.75"},
		{o, `round("4.505", 2)`, false, "4.51"},
		{o, `round("-4.505", 2)`, false, "-4.51"},
		{o, `round("4", 2)`, false, "4.00"},
		{o, `less("9.5", "10")`, true, "true"},
	} {
		p, err := l.Compile(c.text, scopeOf(c.object, c.bool))
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got, err := p.Eval(reflect.ValueOf(c.object).Elem(), reflect.ValueOf(o).Elem())
		if got != c.want || err != nil {
			t.Errorf("%s\n got %q, %v\nwant %q", c.text, got, err, c.want)
		}
	}
}

func TestCompileErrors(t *testing.T) {
	l := New()
	for _, c := range []struct {
		text   string
		bool   bool
		column int
		want   string
	}{
		{`poNummer`, false, 1, `undeclared reference to 'poNummer'`},
		{`lines[0].unitPrize`, false, 9, `undefined field 'unitPrize'`},
		{`poNumber ==`, true, 12, `Syntax error`},
		{`poNumber == 1`, true, 10, `no matching overload`},
		{`poNumber`, true, 1, `a condition is true or false, this is string`},
		{`lines`, false, 1, `a member takes a text`},
		{`1.5`, false, 1, `a double is no exact number`},
		{`now()`, false, 4, `undeclared reference to 'now'`},
		{strings.Repeat("a", 5000), false, 1, `at most 4096 bytes`},
	} {
		_, err := l.Compile(c.text, scopeOf(&canonical.Order{}, c.bool))
		var at *mappings.ExpressionError
		if !errors.As(err, &at) || at.Column != c.column || !strings.Contains(at.Message, c.want) {
			t.Errorf("%.40s\n got %+v\nwant column %d: %s", c.text, err, c.column, c.want)
		}
	}
}

// TestBounds: what costs too much ends, and what is wrong in the data is an
// error, not a panic.
func TestBounds(t *testing.T) {
	o := order()
	o.Lines = make([]canonical.Line, 2000)
	l := New()
	for text, want := range map[string]string{
		`string(lines.filter(a, lines.exists(b, b.lineId == "x")).size())`: "costs more than 100000 steps",
		`refs[7].value`:       "index out of bounds",
		`ext.none`:            "no such key",
		`add(poNumber, "x")`:  `"x" is no decimal number`,
		`round(poNumber, 99)`: "round: 99 digits",
		`mul("1e9", "1")`:     `"1e9" is no decimal number`,
	} {
		p, err := l.Compile(text, scopeOf(o, false))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := p.Eval(reflect.ValueOf(o).Elem(), reflect.ValueOf(o).Elem())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %q, %v\nwant %s", text, got, err, want)
		}
	}
}

func TestConcurrent(t *testing.T) {
	l, o := New(), order()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			p, err := l.Compile(`refs.map(r, r.value).join(",")`, scopeOf(o, false))
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := p.Eval(reflect.ValueOf(o).Elem(), reflect.ValueOf(o).Elem()); got != "038,99881" || err != nil {
				t.Errorf("got %q, %v\nwant 038,99881", got, err)
			}
		})
	}
	wg.Wait()
}

func FuzzCompile(f *testing.F) {
	f.Add(`poNumber + "-" + refs[0].value`)
	f.Add(`lines.exists(l, less(l.unitPrice, "5"))`)
	l, o := New(), order()
	f.Fuzz(func(t *testing.T, text string) {
		p, err := l.Compile(text, scopeOf(o, false))
		if err != nil {
			return
		}
		first, _ := p.Eval(reflect.ValueOf(o).Elem(), reflect.ValueOf(o).Elem())
		if again, _ := p.Eval(reflect.ValueOf(o).Elem(), reflect.ValueOf(o).Elem()); again != first {
			t.Errorf("%s\n got %q\nwant %q, as before", text, again, first)
		}
	})
}
