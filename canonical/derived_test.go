package canonical

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestDerived: what Derive takes away from a document of random values, or puts
// others in the place of, is derived; and what is derived comes back.
func TestDerived(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(Kinds()).Draw(t, "kind")
		doc := New(kind)
		fillRandom(t, reflect.ValueOf(doc).Elem(), 0)
		before := copied(reflect.ValueOf(doc).Elem())
		doc.Derive()
		changed(t, before, reflect.ValueOf(doc).Elem())
		want := string(Append(nil, doc))
		forgetDerived(reflect.ValueOf(doc).Elem())
		doc.Derive()
		if got := string(Append(nil, doc)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// copied is a deep copy of a value.
func copied(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			c.Field(i).Set(copied(v.Field(i)))
		}
	case reflect.Slice:
		if !v.IsNil() {
			c.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		}
		for i := range v.Len() {
			c.Index(i).Set(copied(v.Index(i)))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			c.Set(reflect.New(v.Type().Elem()))
			c.Elem().Set(copied(v.Elem()))
		}
	}
	return c
}

// changed complains of members that said something and say something else now, if
// they are not derived.
func changed(t *rapid.T, was, is reflect.Value) {
	switch was.Kind() {
	case reflect.Struct:
		for i := range was.NumField() {
			f := was.Type().Field(i)
			if f.Type == reflect.TypeFor[Header]() || Derived(was.Type(), jsonNameOf(f)) {
				continue
			}
			if f.Type.Kind() == reflect.String && was.Field(i).String() != "" && was.Field(i).String() != is.Field(i).String() {
				t.Errorf("%s.%s is changed by Derive, from %q to %q, and not among those that Derived knows", was.Type(), f.Name, was.Field(i), is.Field(i))
			}
			if f.Type.Kind() == reflect.Slice && was.Field(i).Len() > 0 && was.Field(i).Len() != is.Field(i).Len() {
				t.Errorf("%s.%s is made by Derive, and not among those that Derived knows", was.Type(), f.Name)
			}
			changed(t, was.Field(i), is.Field(i))
		}
	case reflect.Slice:
		for i := range min(was.Len(), is.Len()) {
			changed(t, was.Index(i), is.Index(i))
		}
	case reflect.Pointer:
		if !was.IsNil() && !is.IsNil() {
			changed(t, was.Elem(), is.Elem())
		}
	}
}

// forgetDerived empties what is derived.
func forgetDerived(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if Derived(v.Type(), jsonNameOf(v.Type().Field(i))) {
				v.Field(i).SetZero()
			}
			forgetDerived(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			forgetDerived(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			forgetDerived(v.Elem())
		}
	}
}

func jsonNameOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
