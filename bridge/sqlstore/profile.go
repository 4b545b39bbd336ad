package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// dayFormat is how a day is stored.
const dayFormat = "2006-01-02"

// coverageOf sums up how much of a file's documents was mapped, in the order in
// which rows are locked everywhere. Documents of which nothing was asked are
// left out.
func coverageOf(t *bridge.Transmission, docs []bridge.Document) []bridge.Coverage {
	if t.Kind != bridge.KindFile {
		return nil
	}
	var sums []bridge.Coverage
	day := t.Created.UTC().Format(dayFormat)
	for i := range docs {
		d := &docs[i]
		if d.Elements == 0 {
			continue
		}
		at := slices.IndexFunc(sums, func(c bridge.Coverage) bool {
			return c.Partner == d.Partner && c.Set == d.Type && c.Release == d.Version
		})
		if at < 0 {
			at = len(sums)
			sums = append(sums, bridge.Coverage{Partner: d.Partner, Set: d.Type, Release: d.Version, Day: day})
		}
		sums[at].Documents++
		sums[at].Elements += int64(d.Elements)
		sums[at].Mapped += int64(d.Mapped)
	}
	slices.SortFunc(sums, func(a, b bridge.Coverage) int {
		return cmp.Or(strings.Compare(a.Partner, b.Partner), strings.Compare(a.Set, b.Set), strings.Compare(a.Release, b.Release))
	})
	return sums
}

// addedCoverage adds to the sums that are there.
const addedCoverage = ` ON CONFLICT (partner, set_code, release, day, part) DO UPDATE SET documents = coverage.documents + excluded.documents,
	elements = coverage.elements + excluded.elements, mapped = coverage.mapped + excluded.mapped`

func (x *txn) addCoverage(sums []bridge.Coverage) error {
	for i := range sums {
		c := &sums[i]
		if err := x.send("INSERT INTO coverage (partner, set_code, release, day, part, documents, elements, mapped) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"+
			addedCoverage, c.Partner, c.Set, c.Release, c.Day, x.part, c.Documents, c.Elements, c.Mapped); err != nil {
			return fmt.Errorf("coverage of %s: %w", c.Partner, err)
		}
	}
	return nil
}

// forget makes a Transmission ready to be translated from its beginning: its
// documents and findings are gone, and what they added to the sums is taken back.
// What it made to go out stays, and so do the decisions about it.
func (x *txn) forget(st *standing) error {
	var created int64
	if _, err := x.row("SELECT created FROM transmission WHERE n = $1", []any{st.n}, &created); err != nil {
		return err
	}
	x.due.translate = true
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO coverage (partner, set_code, release, day, part, documents, elements, mapped)
			SELECT partner, type, version, CAST($2 AS TEXT), CAST($3 AS BIGINT), -count(*), -sum(elements), -sum(mapped) FROM document
			WHERE transmission = $1 AND elements > 0 GROUP BY partner, type, version ORDER BY partner, type, version` + addedCoverage,
			[]any{st.n, instant(created).Format(dayFormat), x.part}},
		{"DELETE FROM document WHERE transmission = $1", []any{st.n}},
		{"DELETE FROM finding WHERE transmission = $1", []any{st.n}},
		{"DELETE FROM fact WHERE transmission = $1", []any{st.n}},
		{"UPDATE transmission SET total = 0, at_document = 0, at_slice = 0, at_group = 0, at_interchange = 0 WHERE n = $1", []any{st.n}},
	} {
		if err := x.send(step.query, step.args...); err != nil {
			return fmt.Errorf("forget a translation: %w", err)
		}
	}
	return nil
}

// addFeatures writes features that are not there yet, as far as their partners
// may have more.
func (x *txn) addFeatures(features []bridge.Feature) error {
	sorted := slices.SortedFunc(slices.Values(features), func(a, b bridge.Feature) int {
		return cmp.Or(strings.Compare(a.Partner, b.Partner), strings.Compare(a.Set, b.Set), strings.Compare(a.Release, b.Release), strings.Compare(a.Name, b.Name))
	})
	for part := range chunksOf(sorted, func(f *bridge.Feature) string { return f.Partner }) {
		if err := x.addPartnerFeatures(part[0].Partner, part); err != nil {
			return fmt.Errorf("features of %s: %w", part[0].Partner, err)
		}
	}
	return nil
}

// chunksOf gives the stretches of a sorted list with one key.
func chunksOf[T any](list []T, key func(*T) string) func(yield func([]T) bool) {
	return func(yield func([]T) bool) {
		for begin, i := 0, 1; i <= len(list); i++ {
			if i < len(list) && key(&list[i]) == key(&list[begin]) {
				continue
			}
			if !yield(list[begin:i]) {
				return
			}
			begin = i
		}
	}
}

func (x *txn) addPartnerFeatures(partner string, features []bridge.Feature) error {
	var kept, more int64
	// The row is there, and this transaction's alone, before it is read.
	if err := x.send("INSERT INTO feature_count (partner, kept, more) VALUES ($1, 0, 0) ON CONFLICT (partner) DO UPDATE SET more = feature_count.more", partner); err != nil {
		return err
	}
	if _, err := x.row("SELECT kept FROM feature_count WHERE partner = $1", []any{partner}, &kept); err != nil {
		return err
	}
	before := kept
	for i := range features {
		f := &features[i]
		name := short(f.Name)
		var has int64
		known, err := x.row("SELECT 1 FROM feature WHERE partner = $1 AND set_code = $2 AND release = $3 AND name = $4",
			[]any{f.Partner, f.Set, f.Release, name}, &has)
		switch {
		case err != nil:
			return err
		case known:
			continue
		case kept >= bridge.MaxFeatures:
			more++
			continue
		}
		kept++
		if err := x.send(`INSERT INTO feature (partner, set_code, release, name, rule, path, value, transmission, document, at, drift)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			f.Partner, f.Set, f.Release, name, f.Rule, string(f.Path), f.Value, f.Transmission, f.Document, nanos(f.At), flag(f.Drift)); err != nil {
			return err
		}
	}
	return x.send("UPDATE feature_count SET kept = kept + $1, more = more + $2 WHERE partner = $3", kept-before, more, partner)
}

// Profile implements bridge.Profiles.
func (s *Store) Profile(ctx context.Context, k bridge.ProfileKey) (bridge.Profile, error) {
	var p bridge.Profile
	args := []any{k.Partner, k.Set, k.Release}
	err := s.query(ctx, "SELECT name FROM feature WHERE partner = $1 AND set_code = $2 AND release = $3 ORDER BY name", args, func(scan scanner) error {
		var name string
		err := scan(&name)
		p.Names = append(p.Names, name)
		return err
	})
	if err == nil {
		_, err = s.queryRow(ctx, "SELECT CAST(COALESCE(sum(documents), 0) AS BIGINT) FROM coverage WHERE partner = $1 AND set_code = $2 AND release = $3", args, &p.Documents)
	}
	if err != nil {
		return bridge.Profile{}, fmt.Errorf("sqlstore: profile of %s %s %s: %w", k.Partner, k.Set, k.Release, err)
	}
	return p, nil
}

// selectFeature reads whole Features; a WHERE comes behind it.
const selectFeature = "SELECT partner, set_code, release, name, rule, path, value, transmission, document, at, drift FROM feature "

func scanFeature(scan scanner) (bridge.Feature, error) {
	var f bridge.Feature
	var at int64
	var drift int
	err := scan(&f.Partner, &f.Set, &f.Release, &f.Name, &f.Rule, &f.Path, &f.Value, &f.Transmission, &f.Document, &at, &drift)
	f.At, f.Drift = instant(at), drift != 0
	return f, err
}

// Features implements bridge.Profiles.
func (s *Store) Features(ctx context.Context, q bridge.FeatureQuery) ([]bridge.Feature, error) {
	w := wheres{}
	w.equal("partner", q.Partner)
	w.equal("set_code", q.Set)
	if !q.All {
		w.add("drift = %s", 1)
	}
	if !q.Since.IsZero() {
		w.add("at >= %s", nanos(q.Since))
	}
	query := selectFeature + w.text() + " ORDER BY at DESC, partner, set_code, release, name LIMIT " + w.arg(cmp.Or(q.Limit, listLimit))
	var out []bridge.Feature
	err := s.query(ctx, query, w.args, func(scan scanner) error {
		f, err := scanFeature(scan)
		out = append(out, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: features: %w", err)
	}
	return out, nil
}

// FeatureCount implements bridge.Profiles.
func (s *Store) FeatureCount(ctx context.Context, partner string) (kept, more int64, err error) {
	_, err = s.queryRow(ctx, "SELECT kept, more FROM feature_count WHERE partner = $1", []any{partner}, &kept, &more)
	if err != nil {
		err = fmt.Errorf("sqlstore: features of %s: %w", partner, err)
	}
	return kept, more, err
}

// selectCoverage reads sums; conditions come between it and groupCoverage.
const (
	selectCoverage = `SELECT partner, set_code, release, day, CAST(sum(documents) AS BIGINT), CAST(sum(elements) AS BIGINT), CAST(sum(mapped) AS BIGINT)
		FROM coverage `
	groupCoverage = ` GROUP BY partner, set_code, release, day HAVING sum(documents) <> 0 ORDER BY partner, set_code, release, day`
)

func scanCoverage(scan scanner) (bridge.Coverage, error) {
	var c bridge.Coverage
	err := scan(&c.Partner, &c.Set, &c.Release, &c.Day, &c.Documents, &c.Elements, &c.Mapped)
	return c, err
}

// Coverage implements bridge.Profiles.
func (s *Store) Coverage(ctx context.Context, q bridge.CoverageQuery) ([]bridge.Coverage, error) {
	w := wheres{}
	w.equal("partner", q.Partner)
	w.equal("set_code", q.Set)
	if q.Since != "" {
		w.add("day >= %s", q.Since)
	}
	if q.Until != "" {
		w.add("day <= %s", q.Until)
	}
	var out []bridge.Coverage
	err := s.query(ctx, selectCoverage+w.text()+groupCoverage, w.args, func(scan scanner) error {
		c, err := scanCoverage(scan)
		out = append(out, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: coverage: %w", err)
	}
	return out, nil
}

// wheres collects conditions and their arguments.
type wheres struct {
	conditions []string
	args       []any
}

// arg adds an argument and gives its place.
func (w *wheres) arg(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("$%d", len(w.args))
}

// add adds a condition with one argument, at its %s.
func (w *wheres) add(condition string, v any) {
	w.conditions = append(w.conditions, fmt.Sprintf(condition, w.arg(v)))
}

// equal adds a condition unless the value is "".
func (w *wheres) equal(column, v string) {
	if v != "" {
		w.add(column+" = %s", v)
	}
}

// between adds those of a time, of which either end may be zero.
func (w *wheres) between(column string, since, until time.Time) {
	if !since.IsZero() {
		w.add(column+" >= %s", nanos(since))
	}
	if !until.IsZero() {
		w.add(column+" < %s", nanos(until))
	}
}

func (w *wheres) text() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(w.conditions, " AND ")
}
