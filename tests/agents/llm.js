// SPDX-License-Identifier: MIT
// A server that answers like a model, as the prompt tells it to: for real agents in tests.
//
//	node llm.js PORT-FILE LOG-FILE
//
// It listens on the loopback and writes its port to PORT-FILE. It speaks /v1/responses and
// /v1/chat/completions (OpenAI), /v1/messages (Anthropic) and models/NAME:generateContent and
// :streamGenerateContent (Google), streamed or not. A line of the prompt is its script:
//
//	LLM: [{"write":["notes/a.txt","text"]},{"sh":"make"},{"say":"done"}]
//
// Each request does the step whose number is the count of tool results behind that line:
//	{"write":[PATH,TEXT]}  has the file written below the worktree that the prompt names, by the
//	                       agent's tool for that; where it has none, by its shell
//	{"sh":COMMAND}         has the command run
//	{"say":TEXT}           ends the conversation; so does the end of the script
//	{"http":STATUS,"header":{...},"body":TEXT,"times":N}
//	                       answers with that instead; with times only the first N requests, and
//	                       those behind them get the step that follows
//	{"hang":true}          never answers
// Every request is a line of LOG-FILE: what was asked, and the tokens that the answer claimed. They
// differ from step to step, so that sums can be compared. What comes without tools is a side
// matter, such as a title, and gets a plain word.
'use strict';
const fs = require('fs');
const http = require('http');

const [, , portFile, logFile] = process.argv;
const tried = new Map(); // script + step: how often it was refused

function usageOf(step) {
	return { input: 1000 + 100 * step, cached: 10 + step, output: 50 + 5 * step, thought: 5 };
}

// What an agent asks, whatever the protocol: its words in order, each with a role of user,
// assistant, system or result, and its tools by name.

const textOf = (content) =>
	typeof content === 'string' ? content
	: Array.isArray(content) ? content.map((part) => part.text || part.refusal || '').join('\n')
	: '';

const readers = {
	responses: (body) => ({
		words: [{ role: 'system', text: body.instructions || '' },
			...(Array.isArray(body.input) ? body.input : [{ role: 'user', content: body.input }])
				.map((item) => (/_output$/.test(item.type || '')
					? { role: 'result', text: textOf(item.output) }
					: { role: item.role || 'assistant', text: textOf(item.content) }))],
		tools: (body.tools || []).map((tool) => ({
			name: tool.name || tool.type, schema: tool.parameters, isFree: tool.type === 'custom' })),
		isStreamed: body.stream,
	}),
	chat: (body) => ({
		words: body.messages.map((m) => ({
			role: m.role === 'tool' ? 'result' : m.role, text: textOf(m.content) })),
		tools: (body.tools || []).map((tool) => ({
			name: tool.function.name, schema: tool.function.parameters })),
		isStreamed: body.stream,
	}),
	messages: (body) => ({
		words: [{ role: 'system', text: textOf(body.system) },
			...body.messages.flatMap((m) => (typeof m.content === 'string'
				? [{ role: m.role, text: m.content }]
				: m.content.map((part) => (part.type === 'tool_result'
					? { role: 'result', text: textOf(part.content) }
					: { role: m.role, text: part.text || '' }))))],
		tools: (body.tools || []).map((tool) => ({ name: tool.name, schema: tool.input_schema })),
		isStreamed: body.stream,
	}),
	gemini: (body, url) => ({
		words: [{ role: 'system', text: textOf((body.systemInstruction || {}).parts) },
			...(body.contents || []).flatMap((c) => c.parts.map((part) => (part.functionResponse
				? { role: 'result', text: JSON.stringify(part.functionResponse.response) }
				: { role: c.role === 'model' ? 'assistant' : c.role, text: part.text || '' })))],
		tools: (body.tools || []).flatMap((t) => t.functionDeclarations || []).map((tool) => ({
			name: tool.name, schema: tool.parametersJsonSchema || tool.parameters })),
		isStreamed: /:stream/.test(url),
	}),
};

// The script, and the number of its step. An agent may put words of its own behind its prompt.
function findStep(words) {
	for (let i = words.length - 1; i >= 0; i--) {
		const found = words[i].role === 'user' && /^\s*LLM: (\[.*\])\s*$/m.exec(words[i].text);

		if (found) {
			const behind = words.slice(i + 1).filter((word) => word.role === 'result').length;

			return { script: JSON.parse(found[1]), step: behind, name: found[1] };
		}
	}
	return { script: [], step: 0, name: '' };
}

function findWorktree(words) {
	for (const word of words) {
		const found = /^## Where to work\n\n(\/.*)$/m.exec(word.text);

		if (found)
			return found[1];
	}
	return '.';
}

// Which tool does it, and with which arguments.

const writers = ['write_file', 'write', 'Write', 'editor'];
const shells = ['exec_command', 'shell_command', 'shell', 'local_shell', 'bash', 'Bash',
	'run_shell_command', 'run_commands', 'execute_command'];

function fill(tool, values) {
	const schema = tool.schema || {};
	const args = {};

	for (const [name, rule] of Object.entries(schema.properties || {})) {
		const isNeeded = (schema.required || []).includes(name);

		if (name in values)
			args[name] = rule.type === 'array' || rule.type === 'ARRAY' ? [].concat(values[name]) : values[name];
		else if (isNeeded)
			args[name] = rule.enum ? rule.enum[0] : /boolean/i.test(rule.type) ? false
				: /number|integer/i.test(rule.type) ? 1 : 'for a test';
	}
	return args;
}

const quote = (text) => `'${text.replace(/'/g, "'\\''")}'`;

function toolCall(step, asked) {
	const find = (names) => asked.tools.find((tool) => names.includes(tool.name));
	const patch = asked.tools.find((tool) => tool.name === 'apply_patch' && tool.isFree);
	const shell = find(shells);
	let command = step.sh;

	if (step.write) {
		const path = `${findWorktree(asked.words)}/${step.write[0]}`;
		const writer = find(writers);

		if (writer)
			return { name: writer.name, args: fill(writer, {
				command: 'create', path, file_path: path, filePath: path,
				content: `${step.write[1]}\n`, file_text: `${step.write[1]}\n`,
				new_text: `${step.write[1]}\n` }) };
		if (patch)
			return { name: patch.name,
				free: `*** Begin Patch\n*** Add File: ${step.write[0]}\n+${step.write[1]}\n*** End Patch` };
		command = `mkdir -p "$(dirname ${quote(path)})" && echo ${quote(step.write[1])} >${quote(path)}`;
	}
	if (!shell)
		return null;
	return { name: shell.name, args: fill(shell, {
		cmd: command, command: shell.name === 'shell' ? ['sh', '-c', command] : command,
		commands: [command], timeout: 600000 }) };
}

// The answers: text or one call of a tool, in each protocol.

const sse = (events) => events.map((e) =>
	`${e.type ? `event: ${e.type}\n` : ''}data: ${JSON.stringify(e)}\n\n`).join('');

const writersOf = {
	responses(a, isStreamed) {
		const u = a.usage;
		const item = !a.call
			? { id: `msg_${a.n}`, type: 'message', role: 'assistant', status: 'completed',
				content: [{ type: 'output_text', text: a.text, annotations: [] }] }
			: a.call.free !== undefined
				? { id: `ctc_${a.n}`, type: 'custom_tool_call', status: 'completed', call_id: `call_${a.n}`,
					name: a.call.name, input: a.call.free }
				: { id: `fc_${a.n}`, type: 'function_call', status: 'completed', call_id: `call_${a.n}`,
					name: a.call.name, arguments: JSON.stringify(a.call.args) };
		const response = { id: `resp_${a.n}`, object: 'response', status: 'completed', model: a.model,
			output: [item], usage: { input_tokens: u.input, input_tokens_details: { cached_tokens: u.cached },
				output_tokens: u.output, output_tokens_details: { reasoning_tokens: u.thought },
				total_tokens: u.input + u.output } };

		if (!isStreamed)
			return JSON.stringify(response);
		return sse([
			{ type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } },
			{ type: 'response.output_item.added', output_index: 0, item },
			...(a.call ? [] : [{ type: 'response.output_text.delta', item_id: item.id, output_index: 0,
				content_index: 0, delta: a.text }]),
			{ type: 'response.output_item.done', output_index: 0, item },
			{ type: 'response.completed', response }]);
	},
	chat(a, isStreamed) {
		const u = a.usage;
		const usage = { prompt_tokens: u.input, completion_tokens: u.output, total_tokens: u.input + u.output,
			prompt_tokens_details: { cached_tokens: u.cached },
			completion_tokens_details: { reasoning_tokens: u.thought } };
		const message = a.call
			? { role: 'assistant', content: null, tool_calls: [{ index: 0, id: `call_${a.n}`, type: 'function',
				function: { name: a.call.name, arguments: JSON.stringify(a.call.args) } }] }
			: { role: 'assistant', content: a.text };
		const base = { id: `chat_${a.n}`, created: 1767268800, model: a.model };
		const reason = a.call ? 'tool_calls' : 'stop';

		if (!isStreamed)
			return JSON.stringify({ ...base, object: 'chat.completion', usage,
				choices: [{ index: 0, message, finish_reason: reason }] });
		return ['delta', 'end', 'usage'].map((kind) => JSON.stringify({
			...base, object: 'chat.completion.chunk',
			choices: kind === 'usage' ? []
				: [{ index: 0, delta: kind === 'delta' ? message : {}, finish_reason: kind === 'end' ? reason : null }],
			...(kind === 'usage' ? { usage } : {}) })).concat('[DONE]')
			.map((data) => `data: ${data}\n\n`).join('');
	},
	messages(a, isStreamed) {
		const u = a.usage;
		const usage = { input_tokens: u.input - u.cached, cache_creation_input_tokens: 0,
			cache_read_input_tokens: u.cached, output_tokens: u.output };
		const block = a.call ? { type: 'tool_use', id: `toolu_${a.n}`, name: a.call.name, input: a.call.args }
			: { type: 'text', text: a.text };
		const reason = a.call ? 'tool_use' : 'end_turn';
		const message = { id: `msg_${a.n}`, type: 'message', role: 'assistant', model: a.model,
			content: [block], stop_reason: reason, stop_sequence: null, usage };

		if (!isStreamed)
			return JSON.stringify(message);
		return sse([
			{ type: 'message_start', message: { ...message, content: [], stop_reason: null,
				usage: { ...usage, output_tokens: 1 } } },
			{ type: 'content_block_start', index: 0,
				content_block: a.call ? { ...block, input: {} } : { type: 'text', text: '' } },
			{ type: 'content_block_delta', index: 0, delta: a.call
				? { type: 'input_json_delta', partial_json: JSON.stringify(a.call.args) }
				: { type: 'text_delta', text: a.text } },
			{ type: 'content_block_stop', index: 0 },
			{ type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage },
			{ type: 'message_stop' }]);
	},
	gemini(a, isStreamed) {
		const u = a.usage;
		const part = a.call ? { functionCall: { name: a.call.name, args: a.call.args } } : { text: a.text };
		const answer = { responseId: `r_${a.n}`, modelVersion: a.model,
			candidates: [{ index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
			usageMetadata: { promptTokenCount: u.input, candidatesTokenCount: u.output - u.thought,
				thoughtsTokenCount: u.thought, cachedContentTokenCount: u.cached,
				totalTokenCount: u.input + u.output } };

		return isStreamed ? `data: ${JSON.stringify(answer)}\n\n` : JSON.stringify(answer);
	},
};

function protocolOf(url) {
	return /\/responses$/.test(url) ? 'responses'
		: /\/chat\/completions$/.test(url) ? 'chat'
		: /\/messages$/.test(url) ? 'messages'
		: /:(stream)?[gG]enerateContent$/.test(url) ? 'gemini' : null;
}

// The step that is due; one that refuses only so often is passed over behind that.
function dueStep(found) {
	let { step } = found;

	for (let i = 0; i <= step && i < found.script.length; i++) {
		const { times } = found.script[i];
		const key = `${found.name} ${i}`;

		if (times === undefined)
			continue;
		if (i === step && (tried.get(key) || 0) < times) {
			tried.set(key, (tried.get(key) || 0) + 1);
			return { step, what: found.script[i] };
		}
		step++;
	}
	return { step, what: found.script[step] || { say: 'all done' } };
}

function refuse(res, what) {
	const body = what.body !== undefined ? what.body
		: JSON.stringify({ error: { message: `refused with ${what.http}`, type: 'error', code: what.http } });

	res.writeHead(what.http, { 'content-type': 'application/json', ...what.header });
	res.end(body);
}

function answer(res, protocol, asked, a) {
	res.writeHead(200, { 'content-type': asked.isStreamed ? 'text/event-stream' : 'application/json' });
	res.end(writersOf[protocol](a, asked.isStreamed));
}

let n = 0;
function handle(req, res, text) {
	const url = req.url.replace(/\?.*/, '');
	const protocol = protocolOf(url);
	const entry = { n: n++, method: req.method, url };
	const log = (more) => fs.appendFileSync(logFile, `${JSON.stringify({ ...entry, ...more })}\n`);

	if (!protocol || req.method !== 'POST') {
		log({ status: 404 });
		return refuse(res, { http: 404 });
	}
	const body = JSON.parse(text);
	const asked = readers[protocol](body, url);
	const model = body.model || (/models\/([^:]*)/.exec(url) || [])[1];

	if (!asked.tools.length) {
		const usage = { input: 7, cached: 0, output: 1, thought: 0 };

		log({ model, is_side: true, usage, status: 200 });
		return answer(res, protocol, asked, { n: entry.n, model, text: 'A word', usage });
	}
	const found = findStep(asked.words);
	const { step, what } = dueStep(found);
	const call = what.write || what.sh ? toolCall(what, asked) : null;
	const status = what.http || (what.hang ? 0 : 200);

	log({ model, status, step, what, call, script: found.name, worktree: findWorktree(asked.words),
		usage: status === 200 ? usageOf(step) : null, tools: asked.tools.map((tool) => tool.name),
		words: asked.words.filter((word) => word.role !== 'system') });
	if (what.http)
		return refuse(res, what);
	if (!what.hang)
		answer(res, protocol, asked, { n: entry.n, model, call, usage: usageOf(step),
			text: what.say || 'the tool for that is missing' });
	return null;
}

const server = http.createServer((req, res) => {
	const parts = [];

	req.on('data', (part) => parts.push(part));
	req.on('end', () => {
		try {
			handle(req, res, Buffer.concat(parts).toString());
		} catch (err) {
			fs.appendFileSync(logFile, `${JSON.stringify({ url: req.url, problem: String(err.stack) })}\n`);
			refuse(res, { http: 500 });
		}
	});
});

server.listen(0, '127.0.0.1', () => {
	fs.writeFileSync(`${portFile}.new`, `${server.address().port}\n`);
	fs.renameSync(`${portFile}.new`, portFile);
});
