package mappings

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

type (
	sizeOf  struct{ array access }
	countOf struct{}
	valueOf struct{ member access }
)

func (e sizeOf) eval(doc reflect.Value, _ int) string {
	v, ok := e.array.get(doc)
	if !ok {
		return "0"
	}
	return strconv.Itoa(v.Len())
}
func (e sizeOf) text() string { return "size(" + e.array.pointer + ")" }
func (e sizeOf) late() bool   { return false }

func (countOf) eval(_ reflect.Value, segments int) string { return strconv.Itoa(segments) }
func (countOf) text() string                              { return "segments()" }
func (countOf) late() bool                                { return true }

func (e valueOf) eval(doc reflect.Value, _ int) string { return e.member.text(doc) }
func (e valueOf) text() string                         { return e.member.pointer }
func (e valueOf) late() bool                           { return false }

// parseExpression reads an expression over a document of type t.
func parseExpression(t reflect.Type, s string) (expression, error) {
	if s == "segments()" {
		return countOf{}, nil
	}
	if inner, ok := strings.CutPrefix(s, "size("); ok && strings.HasSuffix(inner, ")") {
		a, err := resolve(t, strings.TrimSuffix(inner, ")"))
		if err != nil {
			return nil, err
		}
		if a.typ.Kind() != reflect.Slice {
			return nil, fmt.Errorf("%s is no array", strings.TrimSuffix(inner, ")"))
		}
		return sizeOf{a}, nil
	}
	if strings.ContainsAny(s, "() ") || s == "" {
		return nil, fmt.Errorf("expression %q: there is size(ARRAY), segments() and a path", s)
	}
	a, err := resolve(t, s)
	if err != nil {
		return nil, err
	}
	if a.typ.Kind() != reflect.String {
		return nil, fmt.Errorf("%s is no value", s)
	}
	return valueOf{a}, nil
}
