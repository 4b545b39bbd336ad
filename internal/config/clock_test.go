package config

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edibridge/edibridge/bridge"
)

// When documents leave: together, in order, at their time.
func TestGather(t *testing.T) {
	_, dir := unpack(t, "testdata/gather.txtar")
	cfg, _, err := Load(filepath.Join(dir, "edibridge.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	type gathered struct {
		Batch  *bridge.Batching
		Strict bool
		Window *bridge.Window
	}
	all, few := cfg.Partners[0].Dispatches[0], cfg.Partners[0].Dispatches[1]
	for _, c := range []struct {
		name      string
		got, want any
	}{
		{"all", gathered{all.Batch, all.Strict, all.Window}, gathered{
			&bridge.Batching{Count: 50, Size: 1 << 20, Every: 15 * time.Minute, At: []bridge.TimeOfDay{720, 1050}, Zone: berlin}, true,
			&bridge.Window{Spans: []bridge.Span{{Days: [7]bool{true, true, false, false, false, true, true}, From: 360, To: 1200}}, Zone: time.UTC}}},
		{"few, which leave within the hour", gathered{few.Batch, few.Strict, few.Window}, gathered{
			&bridge.Batching{Count: 50, Every: time.Hour, Zone: time.UTC}, false, nil}},
		{"endpoint", cfg.Endpoints["erp"].Window, &bridge.Window{Zone: berlin, Spans: []bridge.Span{
			{Days: [7]bool{false, true, true, true, true, true, false}, From: 360, To: 1200},
			{Days: [7]bool{6: true}, From: 1320, To: 240}}}},
		{"ordered, since it is strict", cfg.Partners[0].Ordered, true},
	} {
		if diff := cmp.Diff(c.want, c.got, cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}
