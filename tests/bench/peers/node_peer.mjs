// The same eight steps with bpmn-engine and PostgreSQL: `node node_peer.mjs URL CASES DIAGRAM FOLDER`.
// The engine's state is read, recovered, moved and written for every step, its row locked meanwhile.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const [url, cases, diagram, folder] = process.argv.slice(2)
const require = createRequire(`${folder}/package.json`)
const { Engine } = require('bpmn-engine')
const { Client } = require('pg')
const source = readFileSync(diagram, 'utf8')
const asked = new URL(url.replace('///', '//localhost/').replace('@/', '@localhost/'))
const database = new Client({
  user: asked.username, database: asked.pathname.slice(1), host: asked.searchParams.get('host'),
})

async function opened () {
  const engine = Engine({ name: 'matter', source })
  const execution = await engine.execute()
  const state = JSON.stringify(await engine.getState())
  await execution.stop()
  const made = await database.query('INSERT INTO node_run (state) VALUES ($1) RETURNING id', [state])
  return made.rows[0].id
}

async function completed (key) {
  await database.query('BEGIN')
  const held = await database.query('SELECT state FROM node_run WHERE id = $1 FOR UPDATE', [key])
  const engine = Engine({ name: 'matter' }).recover(JSON.parse(held.rows[0].state))
  const execution = await engine.resume()
  const step = execution.getPostponed().find((one) => one.type === 'bpmn:UserTask')
  step.signal({ comment: '已核实' })
  const state = await engine.getState()
  if (state.state === 'running') await execution.stop()
  await database.query('UPDATE node_run SET state = $1 WHERE id = $2', [JSON.stringify(state), key])
  await database.query('INSERT INTO node_event (run, step, data, at) VALUES ($1, $2, $3, now())', [key, step.id, '已核实'])
  await database.query('COMMIT')
  return state.state !== 'running'
}

await database.connect()
await database.query(`
  CREATE TABLE IF NOT EXISTS node_run (id bigserial PRIMARY KEY, state text NOT NULL);
  CREATE TABLE IF NOT EXISTS node_event (id bigserial PRIMARY KEY, run bigint, step text, data text, at timestamptz);
`)
const starts = []
const completions = []
for (let n = 0; n < Number(cases); n += 1) {
  let began = performance.now()
  const key = await opened()
  starts.push((performance.now() - began) / 1000)
  for (let ended = false; !ended;) {
    began = performance.now()
    ended = await completed(key)
    completions.push((performance.now() - began) / 1000)
  }
}
await database.end()
if (completions.length !== 8 * Number(cases)) throw new Error(`${completions.length} steps`)
console.log(JSON.stringify({ starts, completions }))
