package sqlstore

import "github.com/edibridge/edibridge/bridge"

// lineKind says in which line a Transmission stands, where younger ones wait for it.
type lineKind int

// The lines, as in_line has them.
const (
	lineNone   lineKind = 0
	lineOrder  lineKind = 1 // of its endpoint and order key, by accept order
	lineSeries lineKind = 2 // of its series, by number
)

// lineFor is the line of what has such an order in this state.
func lineFor(orderKey, series string, state bridge.State, onDead bridge.OnDead) lineKind {
	switch state {
	case bridge.Held, bridge.Pending, bridge.Attempted:
	case bridge.Dead:
		if onDead == bridge.Pass {
			return lineNone
		}
	default:
		return lineNone
	}
	switch {
	case series != "":
		return lineSeries
	case orderKey != "":
		return lineOrder
	}
	return lineNone
}

// The first two in a line; settleLine and settleSeries give the turn to the first of
// them and take it from the second.
const (
	firstInLine = `SELECT n, turn, sequence, ordinal FROM transmission WHERE in_line = 1 AND endpoint = $1 AND order_key = $2
		/*pg AND md5(order_key) = md5($2) */ ORDER BY sequence, ordinal, n LIMIT 2`
	firstInSeries = "SELECT n, turn, place FROM transmission WHERE in_line = 2 AND series = $1 ORDER BY place, n LIMIT 2"

	settleLine   = settleBy + "sequence, ordinal, n) AS nth FROM (" + firstInLine + settleFirst
	settleSeries = settleBy + "place, n) AS nth FROM (" + firstInSeries + settleFirst
	settleBy     = "UPDATE transmission SET turn = 1 - turn WHERE n IN (SELECT n FROM (SELECT n, turn, row_number() OVER (ORDER BY "
	settleFirst  = ") AS line) AS placed WHERE turn <> CASE WHEN nth = 1 THEN 1 ELSE 0 END)"
)

// lineLock names the lock under which the line of an order key, or of a series, is
// changed; "" for what stands in none.
func lineLock(endpoint, orderKey, series string) string {
	switch {
	case series != "":
		return "series line " + series
	case orderKey != "":
		return "line " + endpoint + " " + orderKey
	}
	return ""
}

// lockOf is the lock of the line of a Transmission.
func lockOf(t *bridge.Transmission) string { return lineLock(t.Endpoint, t.OrderKey, t.Series) }

// settle gives the turn to the first in the line of an order key, or of a series. It
// is called after each single change of a line: then only the first two can be wrong.
func (x *txn) settle(endpoint, orderKey, series string) error {
	if series != "" {
		return x.send(settleSeries, series)
	}
	return x.send(settleLine, endpoint, orderKey)
}

// enterSeries puts a new row into the line of its series.
func (x *txn) enterSeries(t *bridge.Transmission) error {
	if t.Series == "" {
		return nil
	}
	in := lineFor("", t.Series, t.State, t.OnDead)
	return x.send("UPDATE transmission SET series = $1, place = $2, in_line = $3, turn = CASE WHEN CAST($3 AS BIGINT) = 0 THEN 1 ELSE 0 END WHERE id = $4",
		t.Series, t.Place, int(in), t.ID)
}
