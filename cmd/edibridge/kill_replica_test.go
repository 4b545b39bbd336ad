package main

import (
	"os"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
)

// TestKillPostgres kills one process over a PostgreSQL server, which fails too.
func TestKillPostgres(t *testing.T) {
	c := chaos{server: pgtest.Start(t), replicas: 1, kills: 20, sets: usualFile}
	if os.Getenv("EDIBRIDGE_LONG") != "" {
		c.kills = 300
	}
	c.run(t)
}

// TestKillReplicas kills one of three processes after the other over one database
// and one archive, while the others work.
func TestKillReplicas(t *testing.T) {
	c := chaos{server: pgtest.Start(t), replicas: 3, kills: 30, sets: usualFile}
	if os.Getenv("EDIBRIDGE_LONG") != "" {
		c.kills = 400
	}
	c.run(t)
}

// TestKillReplicasWrongClocks does so while one replica's clock is minutes ahead,
// another's minutes behind, and the third's jumps while it runs.
func TestKillReplicasWrongClocks(t *testing.T) {
	const far = 5 * time.Minute
	c := chaos{server: pgtest.Start(t), replicas: 3, kills: 9, sets: usualFile, clocks: [][]jump{
		{{Ahead: far}}, {{Ahead: -far}}, {{After: 300 * time.Millisecond, Ahead: 2 * far}, {After: 800 * time.Millisecond, Ahead: -2 * far}},
	}}
	if os.Getenv("EDIBRIDGE_LONG") != "" {
		c.kills = 150
	}
	c.run(t)
}
