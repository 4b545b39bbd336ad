package canonical

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestAppend: what Append writes is what encoding/json writes, of every kind.
func TestAppend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := New(rapid.SampledFrom(Kinds()).Draw(t, "kind"))
		fillRandom(t, reflect.ValueOf(doc).Elem(), 0)
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(doc); err != nil {
			t.Fatal(err)
		}
		if got := Append(nil, doc); string(got)+"\n" != want.String() {
			t.Errorf("got  %s\nwant %s", got, &want)
		}
	})
}

// TestPresent: a bit is 0 only where there is nothing, and of arrays and pointers
// wherever there is nothing.
func TestPresent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := New(rapid.SampledFrom(Kinds()).Draw(t, "kind"))
		fillRandom(t, reflect.ValueOf(doc).Elem(), 0)
		checkPresent(t, reflect.ValueOf(doc).Elem())
	})
}

func checkPresent(t *rapid.T, v reflect.Value) {
	got := Present(v.Addr().Interface())
	for i := range v.NumField() {
		f := v.Field(i)
		want := true
		switch f.Kind() {
		case reflect.Slice:
			want = f.Len() > 0
			for j := range f.Len() {
				if f.Index(j).Kind() == reflect.Struct {
					checkPresent(t, f.Index(j))
				}
			}
		case reflect.Pointer:
			want = !f.IsNil()
		case reflect.Struct:
			checkPresent(t, f)
		}
		if got&(1<<i) != 0 != want {
			t.Errorf("%s.%s\n got %t\nwant %t", v.Type(), v.Type().Field(i).Name, !want, want)
		}
	}
}

// TestAppendText: a byte that cannot stand as it is, is seen wherever it stands.
func TestAppendText(t *testing.T) {
	for _, odd := range []string{"", "\"", "\\", "\x00", "\x1f", "\x7f", "\x80", "\xff", "é", "!", "#", "[", "]", " "} {
		for before := range 18 {
			for after := range 10 {
				text := strings.Repeat("!", before) + odd + strings.Repeat("~", after)
				var want bytes.Buffer
				enc := json.NewEncoder(&want)
				enc.SetEscapeHTML(false)
				if err := enc.Encode(text); err != nil {
					t.Fatal(err)
				}
				if got := appendText(nil, text); string(got)+"\n" != want.String() {
					t.Fatalf("%q\n got %s\nwant %s", text, got, &want)
				}
			}
		}
	}
}

var texts = []string{"", "", "4711", "a\"b\\c", "<&>", "\x00\x1f\b\f\n\r\t", "Müller", "\xff\xe9", "\u2028\u2029", "日本"}

// fillRandom sets some members of a value, arrays with up to two objects.
func fillRandom(t *rapid.T, v reflect.Value, depth int) {
	if depth > 4 || rapid.IntRange(0, 3).Draw(t, "set") == 0 {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillRandom(t, v.Field(i), depth+1)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 2).Draw(t, "size"), 2))
		for i := range v.Len() {
			fillRandom(t, v.Index(i), depth+1)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillRandom(t, v.Elem(), depth+1)
	case reflect.String:
		v.SetString(rapid.SampledFrom(texts).Draw(t, "text"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64Range(-9, 9).Draw(t, "number"))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"b": rapid.SampledFrom(texts).Draw(t, "value"), "a": "<"}))
	}
}
