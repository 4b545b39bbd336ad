package sqlstore

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge"
)

// plan is how a statement that runs often is to be carried out.
type plan struct {
	name, query string
	args        []any
	index       string // of SQLite's plan
	serverIndex string // of PostgreSQL's; "": the first word of index
}

func plans() []plan {
	const always = int64(math.MaxInt64) // behind all times
	answeredGroup, groupArgs := expectationsOf(&bridge.ExpectationQuery{Partner: "acme", Standard: "X12", Mode: "production", Group: "17"}, "")
	return []plan{
		{"queues", walkQueues(1), []any{"deliver", 9, "1", "1~"}, "transmission_due (due=? AND queue>? AND queue<?)", ""},
		{"due", selectHeads(1), []any{"deliver", always, "2 erp P001", 9}, "transmission_due (due=? AND queue=?)", ""},
		{"any due", selectDue, []any{"deliver", always}, "transmission_due (due=?)", ""},
		{"any due of a queue", dueOfQueue, []any{"2 P001"}, "transmission_due (due=? AND queue=?)", ""},
		{"onward", leaseOnward(1), []any{"o", always, always, always, "id", 1}, "transmission_due (due=? AND queue=? AND sequence<?)", ""},
		{"wake", wakeDue, []any{always, 1}, "transmission_asleep", ""},
		{"line", firstInLine, []any{"erp", "key"}, "transmission_line", ""},
		{"series", firstInSeries, []any{"ISA"}, "transmission_series", ""},
		{"open batch", selectOpen, []any{"acme/orders production"}, "batch_open", "Scan on batch"},
		{"reserved in a series", selectBusy, []any{"ISA", 1}, "number_series_reserved", ""},
		{"release", releaseHeld, []any{1, 1, 0, 9}, "cause_effect", ""},
		{"effects", selectEffects, []any{1, 0, 9}, "cause_effect", ""},
		{"releasing", selectReleasing, nil, "transmission_releasing", ""},
		{"key", findScheme, []any{"v", 1, "po"}, "PRIMARY KEY (value=?)", "business_key_pkey"},
		{"any key", findAny, []any{"v", 1}, "PRIMARY KEY (value=?)", "business_key_pkey"},
		{"free number", selectFree, []any{"ISA", 0}, "number_free", ""},
		{"numbers of an owner", "UPDATE number SET state = 'void' WHERE owner = $1", []any{"id"}, "owner=?", "number_owner_series_key"},
		{"backlog", selectBacklog, []any{"pending", 9}, "transmission_state (state=?)", ""},
		{"older of a stream", selectOlder, []any{"2 =acme", 1}, "transmission_stream", "transmission_st"}, // or state: beside little that is accepted they cost the same
		{"any to lift", anyLift, []any{always}, "transmission_lift", ""},
		{"to lift", liftDue, []any{always, 9}, "transmission_lift", ""},
		{"what was said", selectSaid, []any{"order", "1", 9}, "fact_subject", ""},
		{"subjects", selectSubjects, []any{"stock", "A/", "B/", "", 9}, "fact_subject", ""},
		{"any overdue", anyOverdue, []any{always}, "expectation_wake", ""},
		{"overdue", selectOverdue, []any{always, 1}, "expectation_wake", ""},
		{"answered group", answeredGroup, groupArgs, "expectation_group", ""},
		{"files that have ended", endedFiles, []any{"", always, 1, 1, 9}, "transmission_ended_file (retention=? AND changed>? AND changed<?)", ""},
		{"events that have ended", endedEvents, []any{"", always, 1, 1, 9}, "transmission_ended_event (retention=? AND changed>? AND changed<?)", ""},
		{"heard of a partner", selectHeard, []any{"P001", 1, "orders"}, "transmission_heard (partner=? AND created>?)", ""},
		{"keys that go", "DELETE FROM business_key WHERE transmission IN ($1)", []any{1}, "business_key_transmission", ""},
		{"identities that go", "DELETE FROM seen WHERE transmission IN ($1)", []any{1}, "seen_transmission", ""},
		{"unsealed", selectUnsealed, []any{10}, "idx=?", "leaf_unsealed"},
	}
}

// TestPlans: what runs often walks along an index and sorts nothing, so that it
// costs the same however many rows there are.
func TestPlans(t *testing.T) {
	s := open(t)
	fill(t, s, 1000)
	for _, c := range plans() {
		t.Run(c.name, func(t *testing.T) {
			var steps []string
			err := s.query(t.Context(), "EXPLAIN QUERY PLAN "+c.query, c.args, func(scan scanner) error {
				var n int
				var step string
				err := scan(&n, &n, &n, &step)
				steps = append(steps, step)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(steps, "\n")
			if !strings.Contains(text, c.index) || slices.ContainsFunc(steps, scansTable) || strings.Contains(text, "FOR ORDER BY") {
				t.Errorf("plan\n got %s\nwant a walk along %s, no scan and no sort", text, c.index)
			}
		})
	}
}

// scansTable reports whether a step of a plan reads a whole table: what a walk
// itself has made is none.
func scansTable(step string) bool {
	made := []string{"SCAN waiting", "SCAN walk", "SCAN s", "SCAN w", "SCAN CONSTANT ROW"}
	return strings.HasPrefix(step, "SCAN") && !slices.Contains(made, step)
}

// TestPostgresPlans: the same of a server, which chooses by its statistics: beside a
// history, and with statistics of a time at which all that had come waited. What
// looks for one of many would then read whole tables when hardly anything waits any
// more.
func TestPostgresPlans(t *testing.T) {
	c := newCluster(t)
	for name, trade := range map[string]trade{
		"history": {files: 20, partners: 10, orders: 1, until: bridge.Delivered},
		"backlog": {files: 20, partners: 10, orders: 24, until: bridge.Pending},
	} {
		t.Run(name, func(t *testing.T) {
			at := place{server: &cluster{c.Server, c.Database(t)}}
			s, done := at.open(t)
			p := learn(t, s, func(nth int64) { trade.play(t, s, nth) })
			done()
			p.fill(t, at, int64(10_000/trade.files/trade.orders))
			s, done = at.open(t)
			defer done()
			for _, c := range plans() {
				t.Run(c.name, func(t *testing.T) { wantServerPlan(t, s, &c) })
			}
		})
	}
}

func wantServerPlan(t *testing.T, s *Store, c *plan) {
	var steps, large []string
	err := s.query(t.Context(), "EXPLAIN "+c.query, c.args, func(scan scanner) error {
		var step string
		err := scan(&step)
		steps = append(steps, step)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range patternTables() {
		large = append(large, table.name)
	}
	scans := regexp.MustCompile(`Seq Scan on (` + strings.Join(large, "|") + `)\b`)
	index := cmp.Or(c.serverIndex, strings.Fields(c.index)[0])
	if text := strings.Join(steps, "\n"); !strings.Contains(text, index) || strings.Contains(text, "hashed") || scans.MatchString(text) {
		t.Errorf("plan\n got %s\nwant a walk along %s, and nothing read as a whole that grows", text, index)
	}
}
