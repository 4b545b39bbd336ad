package sqlstore
import ("testing";"fmt")
func TestZZ(t *testing.T){
 s:=open(t)
 fill(t,s,5000)
 for _,q:=range []struct{q string; a []any}{
 {selectDue,[]any{"a",1,1}},{wakeDue,[]any{1,1}},
 {"SELECT n, turn FROM transmission WHERE in_line = 1 AND endpoint = $1 AND order_key = $2 ORDER BY sequence, ordinal, n LIMIT 2",[]any{"a","b"}},
 {releaseHeld,[]any{1,1}},
 {selectTransmission+"WHERE t.state = $1 ORDER BY t.sequence, t.ordinal, t.n LIMIT $2",[]any{"a",1}},
 {selectTransmission+"WHERE t.n IN (SELECT t.n FROM transmission t WHERE t.state = $1 AND t.endpoint = $3) ORDER BY t.sequence, t.ordinal, t.n LIMIT $2",[]any{"a",1,"e"}},
 {selectTransmission+"WHERE t.state = $1 AND t.endpoint = $3 AND t.changed >= $4 ORDER BY t.sequence, t.ordinal, t.n LIMIT $2",[]any{"a",1,"e",1}},
 {findAny,[]any{"a",1}},{findScheme,[]any{"a",1,"s"}},{selectFamily,[]any{"a",1}},
 {selectDocument + "WHERE d.transmission = (SELECT n FROM transmission WHERE id = $1) AND d.ordinal > $2 AND d.interchange=$3 AND d.grp=$4 ORDER BY d.ordinal LIMIT $5",[]any{"a",1,1,1,1}},
 {selectDocument + "WHERE d.transmission = (SELECT n FROM transmission WHERE id = $1) AND d.ordinal > $2 ORDER BY d.ordinal LIMIT $3",[]any{"a",1,1}},
 {"SELECT n, text FROM leaf WHERE idx IS NULL ORDER BY n",nil},
 {selectEvidence+"WHERE t.id = $1 ORDER BY e.n",[]any{"a"}},
 {"SELECT n FROM transmission WHERE direction = 'in' AND wire_key <> '' AND endpoint = $1 AND peer = $2 AND wire_key = $3",[]any{1,1,1}},
 }{
  rows,err:=s.reads.Query("EXPLAIN QUERY PLAN "+q.q,q.a...)
  if err!=nil {t.Fatal(err)}
  fmt.Println("--",q.q)
  eachRow(rows,func(sc scanner) error { var a,b,c int; var d string; sc(&a,&b,&c,&d); fmt.Println("     ",d); return nil})
 }
}
