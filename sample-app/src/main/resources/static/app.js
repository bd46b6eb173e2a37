// Shows what "api/events" tells: first a snapshot of everything, then what changes. Text from the
// server is only ever set as text or as an attribute's value, never as markup.

const HISTORY = 60;
const CHART_HEIGHT = 20;
const SILENT_AFTER_MILLIS = 3000;
const RECONNECT_MILLIS = 2000;

const COLUMNS = [
  { name: 'cpu.process', label: 'CPU, process', max: 100 },
  { name: 'cpu.system', label: 'CPU, system', max: 100 },
  { name: 'load.average', label: 'Load average' },
  { name: 'heap.used', label: 'Heap used' },
  { name: 'threads', label: 'Threads' },
  { name: 'uptime', label: 'Uptime', plain: true }
];

// By name: { self, heard: when, readings: by name, history: values by name, row }
const fleet = new Map();

// By name: { flag, row and its parts, changes: those under way, edited: the version that is being edited,
// own: versions that were made here, one out of the other }
const flags = new Map();

const byId = (id) => document.getElementById(id);

// Elements

function element(tag, attributes = {}, ...children) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    created.setAttribute(name, value);
  }
  created.append(...children);
  return created;
}

function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

// Rows stay in the order of their names, and stay themselves: a new row must not cost another its focus.
function insertSorted(body, row, name) {
  row.dataset.name = name;
  const next = [...body.children].find((other) => other.dataset.name > name);
  body.insertBefore(row, next ?? null);
}

// Numbers for people

function format(reading) {
  const { value, unit } = reading;
  if (unit === 'bytes') {
    return `${(value / 1048576).toFixed(0)} MiB`;
  }
  if (unit === '%') {
    return `${value.toFixed(1)} %`;
  }
  if (unit === 's') {
    return formatSeconds(value);
  }
  const number = Number.isInteger(value) ? String(value) : value.toFixed(2);
  return unit ? `${number} ${unit}` : number;
}

function formatSeconds(seconds) {
  const whole = Math.floor(seconds);
  const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (days) {
    return `${days} d ${hours} h`;
  }
  if (hours) {
    return `${hours} h ${minutes} min`;
  }
  return minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

function formatTime(instant) {
  const time = new Date(instant);
  const today = time.toDateString() === new Date().toDateString();
  return today ? time.toLocaleTimeString() : time.toLocaleDateString();
}

// Fleet

function instanceOf(name) {
  let instance = fleet.get(name);
  if (!instance) {
    const self = name === byId('instance').textContent;
    instance = { self, heard: Date.now(), readings: new Map(), history: new Map(), row: fleetRow(name, self) };
    fleet.set(name, instance);
    insertSorted(byId('fleet'), instance.row, name);
  }
  return instance;
}

function fleetRow(name, self) {
  const note = element('span', { class: 'note' }, self ? 'this instance' : '');
  const row = element('tr', {}, element('th', { scope: 'row' }, name, note));
  for (const column of COLUMNS) {
    const cell = element('td', { 'data-label': column.label, 'data-reading': column.name }, element('span', {}, '–'));
    if (!column.plain) {
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
      const chart = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      chart.setAttribute('class', 'spark');
      chart.setAttribute('viewBox', `0 0 ${HISTORY - 1} ${CHART_HEIGHT}`);
      chart.setAttribute('preserveAspectRatio', 'none');
      chart.setAttribute('aria-hidden', 'true');
      chart.append(line);
      cell.append(chart);
    }
    row.append(cell);
  }
  return row;
}

function onReading(instanceName, name, reading) {
  if (!reading && !fleet.has(instanceName)) {
    return;
  }
  const instance = instanceOf(instanceName);
  if (reading) {
    instance.heard = Date.now();
    instance.readings.set(name, reading);
    const history = instance.history.get(name) ?? [];
    history.push(reading.value);
    instance.history.set(name, history.slice(-HISTORY));
  }
  else {
    instance.readings.delete(name);
    instance.history.delete(name);
  }
  if (instance.readings.size === 0) {
    instance.row.remove();
    fleet.delete(instanceName);
  }
  else {
    showReading(instance, name);
  }
  showFleetCount();
}

function showReading(instance, name) {
  const column = COLUMNS.find((candidate) => candidate.name === name);
  if (!column) {
    return;
  }
  const cell = instance.row.querySelector(`td[data-reading="${name}"]`);
  const reading = instance.readings.get(name);
  setText(cell.firstChild, reading ? format(reading) : '–');
  const line = cell.querySelector('polyline');
  if (line) {
    line.setAttribute('points', points(instance.history.get(name) ?? [], column.max));
  }
}

// From 0 to the highest value that was seen, or to a fixed maximum.
function points(values, max = Math.max(...values)) {
  const from = HISTORY - values.length;
  const height = (value) => max > 0 ? Math.min(value / max, 1) * CHART_HEIGHT : 0;
  return values.map((value, i) => `${from + i},${(CHART_HEIGHT - height(value)).toFixed(2)}`).join(' ');
}

function showFleetCount() {
  setText(byId('fleet-count'), fleet.size ? `(${fleet.size})` : '');
  byId('fleet-empty').hidden = fleet.size > 0;
}

function showSilence() {
  const now = Date.now();
  for (const instance of fleet.values()) {
    const millis = now - instance.heard;
    const silent = millis > SILENT_AFTER_MILLIS;
    const note = instance.self ? 'this instance' : '';
    instance.row.classList.toggle('silent', silent);
    setText(instance.row.querySelector('.note'), silent ? `silent for ${formatSeconds(millis / 1000)}` : note);
  }
}

// Flags

function onFlag(name, flag) {
  const known = flags.get(name);
  if (!flag) {
    known?.row.remove();
    flags.delete(name);
  }
  else if (!known) {
    const item = { flag, own: [], changes: Promise.resolve() };
    item.row = flagRow(item);
    flags.set(name, item);
    insertSorted(byId('flags'), item.row, name);
    showFlag(item);
  }
  else if (BigInt(flag.sequence) > BigInt(known.flag.sequence)) { // too long for a number, so it comes as text
    known.flag = flag;
    showFlag(known);
    known.row.classList.remove('fresh');
    void known.row.offsetWidth; // begins the animation again
    known.row.classList.add('fresh');
  }
  setText(byId('flags-count'), flags.size ? `(${flags.size})` : '');
  byId('flags-empty').hidden = flags.size > 0;
}

function flagRow(item) {
  const name = item.flag.name;
  item.toggle = element('button', { type: 'button', class: 'switch', role: 'switch', 'aria-label': `${name} is on` });
  item.note = element('input', { maxlength: '200', 'aria-label': `Note of ${name}`, placeholder: 'no note' });
  item.ends = element('td', { class: 'narrow' });
  item.changed = element('td', { class: 'narrow' });
  const deletion = element('button', { type: 'button', class: 'danger', 'aria-label': `Delete ${name}` }, 'Delete');

  item.toggle.addEventListener('click', () => toggle(item));
  item.note.addEventListener('input', () => {
    // What is typed is a change of the version that was there when the typing began.
    item.edited ??= item.flag.sequence;
    item.note.classList.add('edited');
  });
  item.note.addEventListener('change', () => saveNote(item));
  item.note.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      saveNote(item);
    }
    else if (event.key === 'Escape') {
      forgetEdit(item);
    }
  });
  item.note.addEventListener('blur', () => {
    if (item.note.value === item.flag.note) {
      forgetEdit(item);
    }
  });
  deletion.addEventListener('click', () => remove(item));

  return element('tr', {}, element('td', {}, item.toggle), element('th', { scope: 'row' }, name),
    element('td', {}, item.note), item.ends, item.changed, element('td', { class: 'narrow' }, deletion));
}

function showFlag(item) {
  item.toggle.setAttribute('aria-checked', String(item.flag.enabled));
  if (item.edited === undefined) {
    item.note.value = item.flag.note;
  }
  setText(item.changed, formatTime(item.flag.changed));
  item.changed.title = `version ${item.flag.sequence}, written by ${item.flag.writer}`;
  showEnd(item);
}

function showEnd(item) {
  const { expires } = item.flag;
  setText(item.ends, expires ? `in ${formatSeconds(Math.max(0, (Date.parse(expires) - Date.now()) / 1000))}` : 'never');
}

function forgetEdit(item) {
  item.edited = undefined;
  item.note.classList.remove('edited');
  item.note.value = item.flag.note;
}

function toggle(item) {
  const [enabled, sequence] = [!item.flag.enabled, item.flag.sequence];
  change(item, () => put(item, { enabled, note: item.flag.note }, sequence));
}

function saveNote(item) {
  change(item, async () => {
    if (item.edited !== undefined && await put(item, { enabled: item.flag.enabled, note: item.note.value }, item.edited)) {
      forgetEdit(item);
    }
  });
}

function remove(item) {
  const { name, sequence } = item.flag;
  if (window.confirm(`Delete the flag “${name}” for all instances?`)) {
    change(item, () => send(item, path(name), { method: 'DELETE', headers: { 'If-Match': entityTag(item, sequence) } }));
  }
}

// One change of a flag after the other: leaving the note by a click on the switch makes two.
function change(item, task) {
  item.changes = item.changes.then(async () => {
    item.toggle.setAttribute('aria-busy', 'true');
    try {
      await task();
    }
    catch {
      say('This instance does not answer: nothing is known of your change.');
    }
    item.toggle.removeAttribute('aria-busy');
  });
}

async function put(item, body, sequence) {
  const { name, expires } = item.flag;
  // Writing a flag that ends must not make it last for ever.
  const left = expires ? Math.max(1, Date.parse(expires) - Date.now()) : undefined;
  const tag = entityTag(item, sequence);
  const done = await send(item, path(name, left && `${left}ms`), {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'If-Match': tag },
    body: JSON.stringify(body)
  });
  if (done) {
    item.own = [...(item.own.includes(sequence) ? item.own : [sequence]), item.flag.sequence];
  }
  return done;
}

// The version that the change was made to, or what this page itself has made of it since.
function entityTag(item, sequence) {
  return `"${item.own.includes(sequence) ? item.own.at(-1) : sequence}"`;
}

async function send(item, url, request) {
  const name = item.flag.name;
  const response = await fetch(url, request);
  if (response.ok) {
    onFlag(name, response.status === 204 ? undefined : await response.json());
    return true;
  }
  if (response.status === 412) {
    say(`“${name}” was changed by somebody else. Here is the newest version: look at it and decide again.`);
    await reload(name);
    forgetEdit(item);
  }
  else {
    say(await reason(response));
  }
  return false;
}

async function reload(name) {
  const response = await fetch(path(name), { cache: 'no-store' });
  if (response.ok) {
    onFlag(name, await response.json());
  }
  else if (response.status === 404) {
    onFlag(name, undefined);
  }
}

async function add(event) {
  event.preventDefault();
  const form = event.target;
  const name = byId('add-name').value;
  try {
    const response = await fetch(path(name, byId('add-ttl').value), {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', 'If-None-Match': '*' },
      body: JSON.stringify({ enabled: false, note: byId('add-note').value })
    });
    if (response.ok) {
      onFlag(name, await response.json());
      form.reset();
      byId('add-name').focus();
    }
    else if (response.status === 412) {
      say(`There is a flag “${name}” already.`);
      await reload(name);
    }
    else {
      say(await reason(response));
    }
  }
  catch {
    say('This instance does not answer: nothing is known of your change.');
  }
}

function path(name, ttl) {
  return `api/flags/${encodeURIComponent(name)}${ttl ? `?ttl=${ttl}` : ''}`;
}

async function reason(response) {
  try {
    const problem = await response.json();
    return problem.detail ?? problem.title;
  }
  catch {
    return `The server answered ${response.status}.`;
  }
}

// State

let role; // of the server that this instance hosts, as it was last seen

function onState(state) {
  setText(byId('instance'), state.instance);
  showBadge(state.state);
  const stale = state.state === 'STALE' || state.state === 'STOPPED';
  const noServer = 'No Clone server answers. What you see is the last known data; changes have to wait.';
  showBanner(stale ? noServer : undefined);
  const { server, entries } = state;
  if (server && role && role !== server.role) {
    say(`The Clone server of this instance is ${server.role.toLowerCase()} now, in epoch ${server.epoch}.`);
  }
  role = server?.role;
  const age = state.stalenessMillis === undefined ? 'never heard a server' : `${(state.stalenessMillis / 1000).toFixed(1)} s`;
  showFacts([
    ['Position', state.position],
    ['Age of data', age],
    ['Entries', `${entries.total}: ${entries.flags} flags, ${entries.readings} readings`],
    ['Web port', String(state.port)],
    ['Uses the server', state.uses ?? 'none'],
    ...(server ? serverFacts(server) : [])
  ]);
}

function serverFacts({ port, role, epoch, sessions, inSync, replicaLag }) {
  const facts = [
    ['Hosts a server', `port ${port}`],
    ['Role of the server', role.toLowerCase()],
    ['Epoch of the server', String(epoch)],
    ['Clients of the server', String(sessions)]
  ];
  if (inSync !== undefined) { // one of a pair
    facts.push(['Pair in sync', inSync ? 'yes' : 'no: nothing could stand in without a loss'],
      ['Replica lag', replicaLag === undefined ? 'unknown here' : `${replicaLag} updates`]);
  }
  return facts;
}

function showBadge(state) {
  byId('badge').dataset.state = state;
  setText(byId('state'), state);
}

function showBanner(text) {
  byId('banner').hidden = !text;
  setText(byId('banner'), text ?? '');
}

function showFacts(facts) {
  const list = byId('facts');
  if (list.children.length !== facts.length) {
    list.replaceChildren(...facts.map(() => element('div', {}, element('dt'), element('dd'))));
  }
  facts.forEach(([label, value], i) => {
    setText(list.children[i].children[0], label);
    setText(list.children[i].children[1], value);
  });
}

let messageTimer;

function say(text) {
  const message = byId('message');
  message.textContent = text;
  message.hidden = false;
  clearTimeout(messageTimer);
  messageTimer = setTimeout(() => { message.hidden = true; }, 9000);
}

// Events

function onSnapshot(snapshot) {
  onState(snapshot.state);
  const views = new Map(snapshot.fleet.map((view) => [view.instance, view]));
  for (const [instanceName, instance] of [...fleet]) {
    for (const name of [...instance.readings.keys()]) {
      if (!(name in (views.get(instanceName)?.readings ?? {}))) {
        onReading(instanceName, name, undefined);
      }
    }
  }
  for (const view of snapshot.fleet) {
    for (const [name, reading] of Object.entries(view.readings)) {
      onReading(view.instance, name, reading);
    }
    // Near enough if the clocks differ: the next reading puts it right.
    instanceOf(view.instance).heard = Math.min(Date.now(), Date.parse(view.updated));
  }
  const names = new Set(snapshot.flags.map((flag) => flag.name));
  for (const name of [...flags.keys()]) {
    if (!names.has(name)) {
      onFlag(name, undefined);
    }
  }
  for (const flag of snapshot.flags) {
    onFlag(flag.name, flag);
  }
}

function connect() {
  const events = new EventSource('api/events');
  const on = (name, handler) => events.addEventListener(name, (event) => handler(JSON.parse(event.data)));
  on('snapshot', onSnapshot);
  on('flag', (event) => onFlag(event.name, event.flag));
  on('reading', (event) => onReading(event.instance, event.name, event.reading));
  on('state', onState);
  events.onerror = () => {
    showBadge('OFFLINE');
    showBanner('The connection to this instance is lost. What you see is old. Trying again…');
    if (events.readyState === EventSource.CLOSED) {
      // The browser gives up after an error answer, such as "too many streams".
      setTimeout(connect, RECONNECT_MILLIS);
    }
  };
}

for (const label of ['Instance', ...COLUMNS.map((column) => column.label)]) {
  byId('fleet-head').append(element('th', { scope: 'col' }, label));
}
byId('add').addEventListener('submit', add);
setInterval(() => {
  showSilence();
  flags.forEach(showEnd);
}, 500);
connect();
