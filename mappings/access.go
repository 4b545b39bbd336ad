package mappings

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// access is the way from an object to one of its members, resolved when the
// table is loaded: field indexes, no names.
type access struct {
	index   []int
	key     string // of a map at the end: ext.NAME
	typ     reflect.Type
	pointer string // "/quantity/value"
	direct  bool   // no pointer stands on the way, and no map at the end
	number  int32  // in plan.members, of one that leads to an object
}

// resolve finds the way from an object of type t along a path of JSON names.
// An array's name may end in "[]". The error says which names there are.
func resolve(t reflect.Type, path string) (access, error) {
	a := access{typ: t, direct: true}
	names := strings.Split(strings.TrimSuffix(path, "[]"), ".")
	for i, name := range names {
		t := a.typ
		if t.Kind() == reflect.Pointer {
			t, a.direct = t.Elem(), false
		}
		switch {
		case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.String && i == len(names)-1 && name != "":
			a.key, a.typ, a.direct = name, t.Elem(), false
		case t.Kind() == reflect.Struct:
			f, ok := member(t, name)
			if !ok {
				return access{}, fmt.Errorf("%s has no member %q (it has: %s)", typeName(t), name, list(members(t)))
			}
			a.index = append(a.index, f.Index...)
			a.typ = f.Type
		default:
			return access{}, fmt.Errorf("%s has no members, so no %q", strings.Join(names[:i], "."), name)
		}
		a.pointer += "/" + escapePointer(name)
	}
	return a, nil
}

// escapePointer is a name within a JSON Pointer (RFC 6901 section 3).
func escapePointer(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

// member finds the field with a JSON name, also within embedded structs.
func member(t reflect.Type, name string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			if inner, ok := member(f.Type, name); ok {
				inner.Index = append([]int{i}, inner.Index...)
				return inner, true
			}
			continue
		}
		if tag := f.Tag.Get("json"); strings.HasPrefix(tag, name) && jsonName(f) == name && name != "" {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func members(t reflect.Type) []string {
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if n := jsonName(f); n != "" {
			if f.Type.Kind() == reflect.Slice {
				n += "[]"
			}
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

func jsonName(f reflect.StructField) string {
	if !f.IsExported() || f.Anonymous {
		return ""
	}
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" {
		return ""
	}
	return name
}

func typeName(t reflect.Type) string {
	if n := t.Name(); n != "" {
		return n
	}
	return t.String()
}

// get gives the member; ok is false when an object on the way is not there.
func (a *access) get(obj reflect.Value) (v reflect.Value, ok bool) {
	for _, i := range a.index {
		if obj.Kind() == reflect.Pointer {
			if obj.IsNil() {
				return reflect.Value{}, false
			}
			obj = obj.Elem()
		}
		obj = obj.Field(i)
	}
	return obj, true
}

// reach gives the member and makes the objects on the way to it.
func (a *access) reach(obj reflect.Value) reflect.Value {
	for _, i := range a.index {
		obj = through(obj).Field(i)
	}
	return obj
}

// through gives what a pointer points to, made if need be; else v itself.
func through(v reflect.Value) reflect.Value {
	if v.Kind() != reflect.Pointer {
		return v
	}
	if v.IsNil() {
		v.Set(reflect.New(v.Type().Elem()))
	}
	return v.Elem()
}

// text gives the member as text, "" when it is not there.
func (a *access) text(obj reflect.Value) string {
	v, ok := a.get(obj)
	if !ok {
		return ""
	}
	if a.key != "" {
		if v.IsNil() {
			return ""
		}
		if v = v.MapIndex(reflect.ValueOf(a.key)); !v.IsValid() {
			return ""
		}
	}
	return v.String()
}

// setText sets the member.
func (a *access) setText(obj reflect.Value, s string) {
	if a.direct && obj.Kind() == reflect.Struct {
		for _, i := range a.index {
			obj = obj.Field(i)
		}
		obj.SetString(s)
		return
	}
	v := a.reach(obj)
	if a.key == "" {
		v.SetString(s)
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	v.SetMapIndex(reflect.ValueOf(a.key), reflect.ValueOf(s))
}
