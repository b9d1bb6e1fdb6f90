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
db.close()
