/** Runs the built engine once, as a first user would, so that V8's code cache has what a first result needs. */
import { Database } from '../dist/index.node.js'

const db = new Database()
db.exec(`
  CREATE TABLE city (name text PRIMARY KEY, country text, people integer CHECK (people > 0), founded date);
  INSERT INTO city VALUES ('Lyon', 'France', 522250, NULL), ('Porto', 'Portugal', 231800, '1123-05-26')`)
db.insert('city', [{ name: 'Lisbon', country: 'Portugal', people: 545796, founded: null }])
db.query(
  'SELECT country, sum(people) AS people FROM city WHERE people > $1 GROUP BY country ORDER BY 2 DESC LIMIT 5',
  [1000],
).rows
db.query("SELECT a.name, b.name FROM city a JOIN city b USING (country) WHERE a.name LIKE 'L%'").text
db.prepare('SELECT * FROM city WHERE name = $1').get('Lyon')
db.exec("UPDATE city SET people = people + 1 WHERE name = 'Lyon'; DELETE FROM city WHERE name = 'Porto'")

// What most queries over many rows need: kernels are made from some thousands of rows on.
db.exec(`
  CREATE TABLE maker (id integer PRIMARY KEY, name text NOT NULL, country text NOT NULL);
  INSERT INTO maker SELECT i, 'maker ' || i, 'country ' || i % 25 FROM generate_series(1, 5000) g(i);
  CREATE TABLE sale (id integer PRIMARY KEY, maker_id integer NOT NULL, kind text NOT NULL, price numeric(15, 2) NOT NULL, day date NOT NULL);
  INSERT INTO sale SELECT i, 1 + i % 5000, 'kind ' || i % 5, i * 0.07, DATE '1995-01-01' + i % 2000 FROM generate_series(1, 9000) g(i)`)
for (const sql of [
  "SELECT kind, sum(price), sum(price * (1 - 0.05)), avg(price), count(*) FROM sale WHERE day <= DATE '1999-01-01' GROUP BY kind ORDER BY kind",
  `SELECT s.id, m.name, sum(s.price) AS total FROM sale s JOIN maker m ON s.maker_id = m.id WHERE m.country = 'country 3'
    AND s.day > DATE '1996-03-01' GROUP BY s.id, m.name ORDER BY total DESC, s.id LIMIT 10`,
])
  db.query(sql).values
db.close()
