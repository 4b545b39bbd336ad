package mappings

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// naming is the members of an object that rows of a table name, and those in
// them. The nodes of a tree have themselves among them.
type naming map[string]naming

// reach gives what a pointer names.
func (n naming) reach(pointer string) naming {
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if n[name] == nil {
			n[name] = naming{}
		}
		n = n[name]
	}
	return n
}

// block adds what a block and those below it name.
func (n naming) block(k *block) {
	if k.shape != sameObject {
		n = n.reach(k.member.pointer)
	}
	if k.tree != nil {
		n[strings.TrimPrefix(k.tree.below.pointer, "/")] = n
	}
	n.rows(k.rows, k.fixed)
	n.rows(k.derived, nil)
	for i := range k.tuples {
		t := &k.tuples[i]
		of := n.reach(t.pointer)
		of.rows(t.rows, t.fixed)
		of.rows(t.shared, nil)
	}
	for _, kid := range k.kids {
		n.block(kid)
	}
}

func (n naming) rows(rows []row, fixed []constant) {
	for i := range rows {
		for _, a := range [...]*access{&rows[i].member, &rows[i].beside} {
			if a.pointer != "" {
				n.reach(a.pointer)
			}
		}
	}
	for i := range fixed {
		n.reach(fixed[i].member.pointer)
	}
}

// unnamed is what no row names of the objects of one place.
type unnamed struct {
	members []unnamedMember // of which nothing is written
	inner   []unnamedInner  // to look into
}

type unnamedMember struct {
	index   []int
	pointer string
}

type unnamedInner struct {
	unnamedMember
	of   *unnamed // of the object, or of each in the array
	keys naming   // of a map: those that rows name
}

// unnamedOf is what no row names of objects of type t, of which they name n. made
// has what was made of each naming.
func unnamedOf(t reflect.Type, n naming, made map[uintptr]*unnamed) *unnamed {
	id := reflect.ValueOf(n).Pointer()
	if u := made[id]; u != nil {
		return u
	}
	u := &unnamed{}
	made[id] = u
	u.fields(t, n, nil, made)
	return u
}

// fields goes through the members of a type, those of embedded structs too. Those
// of the header are the bridge's own, but for ext.
func (u *unnamed) fields(t reflect.Type, n naming, at []int, made map[uintptr]*unnamed) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(at[:len(at):len(at)], i)
		name := jsonName(f)
		m := unnamedMember{index, "/" + escapePointer(name)}
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			u.fields(f.Type, n, index, made)
		case name == "", t == reflect.TypeFor[canonical.Header]() && name != "ext":
		case f.Type.Kind() == reflect.Map:
			u.inner = append(u.inner, unnamedInner{unnamedMember: m, keys: n[name]})
		case n[name] == nil:
			if saysText(f.Type) && !canonical.Derived(t, name) {
				u.members = append(u.members, m)
			}
		default:
			u.look(f.Type, n[name], m, made)
		}
	}
}

// saysText reports whether values of a type hold texts: numbers and truth values
// are all derived.
func saysText(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t.Kind() == reflect.String || t.Kind() == reflect.Struct
}

// look adds an object or array that has members of which nothing is written.
func (u *unnamed) look(t reflect.Type, n naming, m unnamedMember, made map[uintptr]*unnamed) {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	if of := unnamedOf(t, n, made); of == u || len(of.members)+len(of.inner) > 0 {
		u.inner = append(u.inner, unnamedInner{unnamedMember: m, of: of})
	}
}

// unwritten tells of the members of an object that say something which no row
// writes.
func (w *maker) unwritten(u *unnamed, obj reflect.Value) {
	present := canonical.Present(obj.Addr().Interface())
	for i := range u.members {
		m := &u.members[i]
		if present&(1<<m.index[0]) == 0 {
			continue
		}
		if v := obj.FieldByIndex(m.index); !v.IsZero() && (v.Kind() != reflect.Slice || v.Len() > 0) {
			w.leave(m.pointer)
		}
	}
	for i := range u.inner {
		in := &u.inner[i]
		if present&(1<<in.index[0]) == 0 {
			continue
		}
		v := obj.FieldByIndex(in.index)
		at := len(w.ptr)
		switch v.Kind() {
		case reflect.Map:
			in.entries(w, v)
		case reflect.Slice:
			for j := range v.Len() {
				w.ptr = strconv.AppendInt(append(append(w.ptr[:at], in.pointer...), '/'), int64(j), 10)
				w.unwritten(in.of, reflect.Indirect(v.Index(j)))
			}
		default:
			if v = reflect.Indirect(v); v.IsValid() {
				w.ptr = append(w.ptr, in.pointer...)
				w.unwritten(in.of, v)
			}
		}
		w.ptr = w.ptr[:at]
	}
}

// entries tells of those of a map.
func (in *unnamedInner) entries(w *maker, v reflect.Value) {
	if v.Len() == 0 {
		return
	}
	for _, key := range v.MapKeys() {
		if name := escapePointer(key.String()); in.keys[name] == nil {
			w.leave(in.pointer + "/" + name)
		}
	}
}

func (w *maker) leave(pointer string) {
	at := string(w.ptr) + pointer
	w.find("mapping.member.unwritten", w.severity, fmt.Sprintf("not written: %s has no place in the %s", at, w.m.set), pointer, "")
}

// severityOf is that of what is not written.
func (opt *OutOptions) severityOf() edi.Severity {
	if opt.Unwritten == "" {
		return edi.Warning
	}
	return opt.Unwritten
}
