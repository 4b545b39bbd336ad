package sqlstore

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edibridge/edibridge/bridge"
)

// server is what a Store does beside reading and writing when its database is a
// server's, which other processes share: it sequences the log, tells the others
// of work that is due, and hears of theirs.
type server struct {
	config  *pgx.ConnConfig // of connections that write
	schema  string
	log     *slog.Logger
	dialect dialect
	self    string // names this Store to others
	channel string // that news goes over

	leaves chan struct{} // holds one token: there are leaves without an index
	news   chan struct{} // holds one token: told holds what the others must hear
	stop   context.CancelFunc
	ended  sync.WaitGroup

	mu   sync.Mutex // guards told
	told map[bridge.Step]bool
}

// newServer starts the goroutines of a server, which close ends.
func newServer(config *pgx.ConnConfig, schema string, log *slog.Logger) *server {
	ctx, stop := context.WithCancel(context.Background())
	v := &server{config: config, schema: schema, log: log, self: rand.Text(), channel: "edibridge " + schema,
		leaves: make(chan struct{}, 1), news: make(chan struct{}, 1), stop: stop, told: map[bridge.Step]bool{}}
	v.ended.Go(func() { v.sequence(ctx) })
	v.ended.Go(func() { v.herald(ctx) })
	return v
}

func (v *server) session() *pgSession { return &pgSession{server: v} }

func (v *server) close() error {
	v.stop()
	v.ended.Wait()
	return nil
}

// committed attends to what a transaction has made due.
func (v *server) committed(x *txn) {
	if x.leaves {
		signal(v.leaves)
	}
	if !x.due.translate && !x.due.deliver {
		return
	}
	v.mu.Lock()
	if x.due.translate {
		v.told[bridge.StepTranslate] = true
	}
	if x.due.deliver {
		v.told[bridge.StepDeliver] = true
	}
	v.mu.Unlock()
	signal(v.news)
}

// Times of the sequencer and of news.
const (
	// sealAfter gathers leaves before they are sequenced; sealUnasked is how often
	// leaves are looked for that another process has left behind.
	sealAfter   = 200 * time.Millisecond
	sealUnasked = time.Second
	// newsAfter is the least time between two pieces of news of one process.
	newsAfter = 10 * time.Millisecond
	// reconnectAfter is how long a lost connection rests.
	reconnectAfter = time.Second
)

// sealAtOnce is how many leaves one commit sequences at most.
const sealAtOnce = 2000

// sequence gives leaves their index until ctx ends. Of all processes the one
// that gets the lock does, each time anew: nothing is left behind by one that is
// killed.
func (v *server) sequence(ctx context.Context) {
	s := v.session()
	defer s.disconnect()
	defer v.sealSome(context.WithoutCancel(ctx), s) // what the last commits left
	pause := time.NewTimer(sealUnasked)
	defer pause.Stop()
	for {
		select {
		case <-v.leaves:
			if !rest(ctx, sealAfter) {
				return
			}
		case <-pause.C:
		case <-ctx.Done():
			return
		}
		v.sealSome(ctx, s)
		pause.Reset(sealUnasked)
	}
}

// rest waits, and reports whether ctx still runs.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// sealSome sequences what waits, unless another process does so now.
func (v *server) sealSome(ctx context.Context, s *pgSession) {
	for n := sealAtOnce; n == sealAtOnce && ctx.Err() == nil; {
		var err error
		if n, err = v.seal(s, "SELECT pg_try_advisory_xact_lock($1)"); err != nil {
			v.log.Warn("leaves were not sequenced and will be later", "error", err)
			signal(v.leaves)
		}
	}
}

// sealAll sequences all leaves that are there, after whoever does so now.
func (v *server) sealAll(ctx context.Context) error {
	s := v.session()
	defer s.disconnect()
	for n := sealAtOnce; n == sealAtOnce; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if n, err = v.seal(s, "SELECT pg_advisory_xact_lock($1) IS NOT NULL"); err != nil {
			return unavailable(err)
		}
	}
	return nil
}

// seal sequences one portion in a transaction that has the sequencer's lock, and
// tells how many leaves it was. Without the lock it is none.
func (v *server) seal(s *pgSession, lock string) (n int, err error) {
	x := &txn{session: s}
	err = s.begin(nil)
	var ours bool
	if err == nil {
		_, err = x.row(lock, []any{lockKey(v.schema, "sequencer")}, &ours)
	}
	if err == nil && ours {
		n, err = x.seal(sealAtOnce)
	}
	if err == nil {
		err = s.commit(x)
	}
	if err != nil {
		s.rollback()
		n = 0
	}
	return n, err
}

// herald tells other processes of due work until ctx ends: news that gathers
// while one is told goes with the next. It is not told in the commits that make
// work due, for the server lets such commits through one by one. News that is
// lost is found by the others' polling.
func (v *server) herald(ctx context.Context) {
	var conn *pgx.Conn
	defer func() {
		if conn != nil {
			conn.Close(context.WithoutCancel(ctx))
		}
	}()
	for {
		select {
		case <-v.news:
		case <-ctx.Done():
			return
		}
		var err error
		if conn == nil {
			conn, err = pgx.ConnectConfig(ctx, v.config)
		}
		if err == nil {
			err = v.tell(ctx, conn)
		}
		if err != nil {
			if conn != nil {
				conn.Close(context.WithoutCancel(ctx))
				conn = nil
			}
			if !rest(ctx, reconnectAfter) {
				return
			}
			signal(v.news) // what was not told is still there
			continue
		}
		rest(ctx, newsAfter)
	}
}

// tell sends what is new.
func (v *server) tell(ctx context.Context, conn *pgx.Conn) error {
	for _, step := range []bridge.Step{bridge.StepTranslate, bridge.StepDeliver} {
		if !v.hasNews(step, false) {
			continue
		}
		if _, err := conn.Exec(ctx, "SELECT pg_notify($1, $2)", v.channel, v.self+" "+string(step)); err != nil {
			v.hasNews(step, true)
			return err
		}
	}
	return nil
}

// hasNews reports whether there is news of a step, and leaves it or takes it away.
func (v *server) hasNews(step bridge.Step, after bool) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	before := v.told[step]
	v.told[step] = after
	return before
}

// watch hears of work that other processes have made due, until ctx ends.
func (v *server) watch(ctx context.Context, due func(bridge.Step)) {
	for ctx.Err() == nil {
		err := v.listen(ctx, due)
		if ctx.Err() == nil {
			v.log.Warn("news of other processes cannot be heard; due work is found by polling", "error", err)
			rest(ctx, reconnectAfter)
		}
	}
}

// listen hears news over one connection.
func (v *server) listen(ctx context.Context, due func(bridge.Step)) error {
	conn, err := pgx.ConnectConfig(ctx, v.config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{v.channel}.Sanitize()); err != nil {
		return err
	}
	due(bridge.StepTranslate) // what was told while nobody listened
	due(bridge.StepDeliver)
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		switch n.Payload {
		case v.self + " " + string(bridge.StepTranslate), v.self + " " + string(bridge.StepDeliver):
			continue // our own
		}
		for _, step := range []bridge.Step{bridge.StepTranslate, bridge.StepDeliver} {
			if strings.HasSuffix(n.Payload, " "+string(step)) {
				due(step)
			}
		}
	}
}
