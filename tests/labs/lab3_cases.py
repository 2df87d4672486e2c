"""Cases of Lab 3's checkers: wrong answers with the slip's name, and other right answers."""

from checker_cases import Case


def function(head: str, *lines: str) -> str:
    """A whole answer: its first line and its body."""
    return f"def {head}:\n" + "".join(f"    {line}\n" for line in lines)


SCORES = "tf.matmul(queries, keys, transpose_b=True)"
SOFTMAX = "tf.nn.softmax(scores, axis=-1)"
E, SUM = "e = tf.exp(scores - tf.reduce_max(scores, -1, keepdims=True))", "tf.reduce_sum(e, -1, keepdims=True)"  # noqa: E501
MINE = "attention_weights(scaled_scores(queries, keys))"
LOWERED = "tf.where(mask, scaled_scores(queries, keys), -1e9)"
WEIGHTS = "weights = attention_weights(scores)"
SEES = "step[:, None] >= step[None, :]"
CUT = "tf.reshape(x, [batch, time, num_heads, d_model // num_heads])"
TURN = "tf.transpose(x, [0, 2, 1, 3])"
BACK = "tf.reshape(x, [batch, time, num_heads * d_head])"
TABLE = "np.concatenate([np.sin(angle), np.cos(angle)], axis=1)"
RATE = "10_000 ** (-np.arange(0, d_model, 2) / d_model)"
ADDED = 'x + table.astype("float32")'
Q, K, V = (f"split_heads(self.to_{name}(x), self.num_heads)" for name in ("query", "key", "value"))
CALL = "masked_attention(queries, keys, values, mask)"
OUT = "self.to_output(join_heads(outputs))"
FIRST = "self.attention(self.norm_1(x), mask)"
MLP = "self.narrow(tf.nn.relu(self.wide(self.norm_2(x))))"
NEXT = "np.argmax(logits[:, t - 1], axis=-1)"
WRITE = ("write(model, tokens, start)", "tokens = np.array(tokens)")
LOOP = "for t in range(start, tokens.shape[1]):"


def scores(line: str) -> str:
    return function("scaled_scores(queries, keys)", "d = queries.shape[-1]", f"return {line}")


def weights(*lines: str) -> str:
    return function("attention_weights(scores)", *lines)


def attends(w: str, out: str = "tf.matmul(weights, values)") -> str:
    return function("attention(queries, keys, values)", f"weights = {w}", f"return {out}, weights")


def masks(*lines: str) -> str:
    head = "masked_attention(queries, keys, values, mask)"
    return function(head, *lines, "return tf.matmul(weights, values), weights")


def masked(s: str, late: str = "attention_weights(scores)") -> str:
    return masks(f"scores = {s}", f"weights = {late}")


# Both attentions have these statements: slips of the scores, and of the product with the values.
SCALED = {
    "no scaling": SCORES,
    "d and 2": f"{SCORES} / queries.shape[-1]**1/2",
    "multiplied by the root": f"{SCORES} * queries.shape[-1]**0.5",
    "root of the keys": f"{SCORES} / keys.shape[-2]**0.5",
    "root of the queries": f"{SCORES} / queries.shape[-2]**0.5",
    "scaled twice": "scaled_scores(queries, keys) / queries.shape[-1]**0.5",
    "query and key exchanged": "scaled_scores(keys, queries)",
}
SUMMED = {
    "keys for values": "tf.matmul(weights, keys)",
    "queries for values": "tf.matmul(weights, queries)",
    "weights transposed": "tf.matmul(weights, values, transpose_a=True)",
    "values first": "tf.matmul(values, weights)",
    "weights times values": "weights * values",
    "averaged": "tf.matmul(weights, values) / values.shape[-2]",
    "no gradient": "tf.stop_gradient(tf.matmul(weights, values))",
}
BOTH = {
    **{slip: [("scaled_scores(queries, keys)", line)] for slip, line in SCALED.items()},
    **{slip: [("tf.matmul(weights, values)", line)] for slip, line in SUMMED.items()},
    "key and value exchanged": [("(queries, keys)", "(queries, values)"),
                                ("(weights, values)", "(weights, keys)")],
    "outputs only": [(", weights\n", "\n")],
}  # fmt: skip

CASES = {
    "1.1": Case(
        "scaled_scores",
        slips={
            "no scaling": [(" / d**0.5", "")],
            "divided by d": [("d**0.5", "d")],
            "d and 2": [("d**0.5", "d**1/2")],
            "multiplied by the root": [("/ d**0.5", "* d**0.5")],
            "root of the keys": [("d**0.5", "keys.shape[-2]**0.5")],
            "root of the queries": [("d**0.5", "queries.shape[-2]**0.5")],
            "query and key exchanged": [("queries, keys, t", "keys, queries, t")],
            "cosine": scores("tf.matmul(tf.math.l2_normalize(queries, -1), "
                             "tf.math.l2_normalize(keys, -1), transpose_b=True)"),
            "elementwise": [(SCORES, "queries * keys")],
            "keys not transposed": [(", transpose_b=True", "")],
            "all axes transposed": [(SCORES, "tf.matmul(queries, tf.transpose(keys))")],
            "first query": scores("tf.repeat(tf.matmul(queries[..., :1, :], keys, "
                                  "transpose_b=True), queries.shape[-2], axis=-2) / d**0.5"),
            "softmax too": scores(f"tf.nn.softmax({SCORES} / d**0.5)"),
            "not traced": scores("queries @ np.swapaxes(np.array(keys), -1, -2) / np.sqrt(d)"),
        },
        others={
            "einsum": [(SCORES, "tf.einsum('...qd,...kd->...qk', queries, keys)")],
            "keras.ops": scores("ops.matmul(queries, ops.swapaxes(keys, -1, -2)) / ops.sqrt("
                                "ops.cast(d, 'float32'))"),
            "scaled first": scores("tf.matmul(queries / d**0.5, keys, transpose_b=True)"),
            "a sum over pairs": scores("tf.reduce_sum(queries[..., :, None, :] * "
                                       "keys[..., None, :, :], axis=-1) * tf.math.rsqrt(float(d))"),
            "NumPy's root": [("d**0.5", "np.sqrt(d)")],
        },
    ),
    "1.2": Case(
        "attention_weights",
        slips={
            "over the queries": [("axis=-1", "axis=-2")],
            "over everything": weights("e = tf.exp(scores - tf.reduce_max(scores))",
                                       "return e / tf.reduce_sum(e)"),
            "over axis 1": [("axis=-1", "axis=1")],
            "over the first axis": [("axis=-1", "axis=0")],
            "axis lost in the sum": weights(E, "return e / tf.reduce_sum(e, -1)"),
            "axis lost twice": weights("e = tf.exp(scores - tf.reduce_max(scores, -1))",
                                       "return e / tf.reduce_sum(e, -1)"),
            "divided by the mean": weights(E, f"return e / {SUM.replace('sum', 'mean')}"),
            "largest is 1": weights(E, "return e"),
            "divided by the length": [(SOFTMAX, "tf.math.l2_normalize(scores, -1)")],
            "hard maximum": [(SOFTMAX, "tf.one_hot(tf.argmax(scores, -1), scores.shape[-1])")],
            "no exponential": weights("e = scores", f"return e / {SUM}"),
            "not normalized": [(SOFTMAX, "tf.exp(scores)")],
            "sigmoid": [("softmax(scores, axis=-1)", "sigmoid(scores)")],
            "log softmax": [("softmax", "log_softmax")],
            "least first": [("softmax(scores", "softmax(-scores")],
            "softmax twice": [(SOFTMAX, f"tf.nn.softmax({SOFTMAX})")],
            "overflow": weights("e = tf.exp(scores)", f"return e / {SUM}"),
            "largest of all": weights("e = tf.exp(scores - tf.reduce_max(scores))",
                                      f"return e / {SUM}"),
            "no softmax": [(SOFTMAX, "scores")],
            "powers of two": weights("e = 2 ** (scores - tf.reduce_max(scores, -1, keepdims=True))",
                                     f"return e / {SUM}"),
            "not traced": weights("e = np.exp(scores - np.max(scores, -1, keepdims=True))",
                                  "return tf.constant(e / e.sum(-1, keepdims=True))"),
        },
        others={
            "by hand": weights(E, f"return e / {SUM}"),
            "keras.ops": [("tf.nn", "ops")],
            "logarithms": weights("return tf.exp(scores - tf.reduce_logsumexp(scores, -1, "
                                  "keepdims=True))"),
        },
    ),
    "1.3": Case(
        "attention",
        slips={
            **BOTH,
            "turned back": attends(MINE.replace("queries, keys", "keys, queries"),
                                   "tf.matmul(weights, values, transpose_a=True)"),
            "scores returned": [(", weights\n", ", scaled_scores(queries, keys)\n")],
            "no softmax": attends("scaled_scores(queries, keys)"),
            "over the queries": attends("tf.nn.softmax(scaled_scores(queries, keys), axis=-2)"),
            "over everything": attends("tf.exp(scaled_scores(queries, keys)) / tf.reduce_sum("
                                       "tf.exp(scaled_scores(queries, keys)))"),
            "hard maximum": attends("tf.one_hot(tf.argmax(scaled_scores(queries, keys), -1), "
                                    "keys.shape[-2])"),
            "no exponential": attends("scaled_scores(queries, keys) / tf.reduce_sum(scaled_scores("
                                      "queries, keys), -1, keepdims=True)"),
            "not normalized": attends("tf.exp(scaled_scores(queries, keys))"),
            "sigmoid": attends("tf.sigmoid(scaled_scores(queries, keys))"),
            "log softmax": attends("tf.nn.log_softmax(scaled_scores(queries, keys))"),
            "least first": attends("attention_weights(-scaled_scores(queries, keys))"),
            "softmax twice": attends(f"attention_weights({MINE})"),
            "order of results": [("tf.matmul(weights, values), weights",
                                  "weights, tf.matmul(weights, values)")],
        },
        others={
            "einsum": attends(MINE, "tf.einsum('...qk,...kv->...qv', weights, values)"),
            "a sum over keys": attends(MINE, "tf.reduce_sum(weights[..., None] * "
                                             "values[..., None, :, :], axis=-2)"),
            "keras.ops": attends(f"ops.softmax({SCORES} / queries.shape[-1]**0.5)",
                                 "ops.matmul(weights, values)"),
        },
    ),
    "2.1": Case(
        "padding_mask",
        slips={
            "mask inverted": [("!=", "==")],
            "mask over the queries": [("None, None, :]", "None, :, None]")],
            "no axes": [("[:, None, None, :]", "")],
            "one axis": [("None, None", "None")],
            "axes in front": [("[:, None, None, :]", "[None, None]")],
            "axes behind": [("[:, None, None, :]", "[:, :, None, None]")],
            "queries too": function("padding_mask(tokens)", "m = tokens != 0",
                                    "return m[:, None, :, None] & m[:, None, None, :]"),
            "symbol 1 too": [("!= 0", "> 1")],
            "first row": [("tokens != 0", "tf.zeros_like(tokens) + tokens[:1] != 0")],
            "all True": [("!= 0", ">= 0")],
            "added to scores": [("(tokens != 0)", "tf.where(tokens != 0, 0.0, -np.inf)")],
            "not boolean": [("(tokens != 0)", "tf.cast(tokens != 0, tf.int32)")],
            "not traced": [("(tokens != 0)", "(np.array(tokens) != 0)")],
        },
        others={
            "keras.ops": [("(tokens != 0)", "ops.not_equal(tokens, 0)")],
            "greater than 0": [("!= 0", "> 0")],
            "expand_dims": function("padding_mask(tokens)", "seen = tf.cast(tokens, tf.bool)",
                                    "return tf.expand_dims(tf.expand_dims(seen, 1), 1)"),
            "reshape": function("padding_mask(tokens)", "batch, time = tokens.shape",
                                "return tf.reshape(tf.not_equal(tokens, 0), [batch, 1, 1, time])"),
        },
    ),
    "2.2": Case(
        "causal_mask",
        slips={
            "transposed": [(">=", "<=")],
            "strict": [(">=", ">")],
            "mask inverted": [(">=", "<")],
            "all True": [(SEES, "step[:, None] + step[None, :] >= 0")],
            "itself only": [(">=", "==")],
            "one ahead": [("step[:, None] >=", "step[:, None] + 1 >=")],
            "added to scores": [(SEES, f"tf.where({SEES}, 0.0, -np.inf)")],
            "last two": [(SEES, f"({SEES}) & (step[:, None] <= step + 1)")],
            "one row": [(SEES, "step >= 0")],
            "not boolean": "def causal_mask(time):\n    return np.tril(np.ones((time, time)))\n",
        },
        others={
            "NumPy": "def causal_mask(time):\n    return np.tri(time, dtype=bool)\n",
            "a band": "def causal_mask(time):\n"
            "    return tf.cast(tf.linalg.band_part(tf.ones((time, time)), -1, 0), tf.bool)\n",
            "keras.ops": "def causal_mask(time):\n"
            "    step = ops.arange(time)\n    return ops.expand_dims(step, 1) >= step\n",
            "two loops": "def causal_mask(time):\n"
            "    return tf.constant([[k <= q for k in range(time)] for q in range(time)])\n",
        },
    ),
    "2.3": Case(
        "masked_attention",
        slips={
            **BOTH,
            "mask ignored": [(LOWERED, "scaled_scores(queries, keys)")],
            "mask inverted": masked("tf.where(mask, -1e9, scaled_scores(queries, keys))"),
            "mask after the softmax": masked(
                "scaled_scores(queries, keys)",
                "attention_weights(scores) * tf.cast(mask, tf.float32)"),
            "lowered after the softmax": masked("scaled_scores(queries, keys)",
                                                "tf.where(mask, attention_weights(scores), -1e9)"),
            "zero for the mask": masked("scaled_scores(queries, keys) * tf.cast(mask, tf.float32)"),
            "minus one": [("-1e9", "-1.0")],
            "minus ten": [("-1e9", "-10.0")],
            "mask over the queries": [("where(mask", "where(tf.linalg.matrix_transpose(mask)")],
            "mask added": masked("scaled_scores(queries, keys) + tf.cast(mask, tf.float32)"),
            "raised in place of lowered": [("-1e9", "1e9")],
            "mask on the values": [(LOWERED, "scaled_scores(queries, keys)"), (
                "tf.matmul(weights, values)",
                "tf.matmul(weights * tf.cast(mask, tf.float32), values)")],
            "nothing to see": [("-1e9", "-np.inf")],
            "NaN in the gradient": masked(
                "scaled_scores(queries, keys) + tf.where(mask, 0.0, -np.inf)",
                "tf.nn.softmax(scores); weights = tf.where(weights >= 0, weights, 0.0)"),
            "turned back": masks(
                "scores = tf.where(mask, scaled_scores(queries, keys), -1e9)",
                "weights = attention_weights(tf.linalg.matrix_transpose(scores))",
                "return tf.matmul(weights, values, transpose_a=True), weights"),
            "scores returned": [(", weights\n", ", scores\n")],
            "no softmax": [(WEIGHTS, "weights = scores")],
            "over the queries": [("attention_weights(scores)", "tf.nn.softmax(scores, axis=-2)")],
            "hard maximum": [("attention_weights(scores)",
                              "tf.one_hot(tf.argmax(scores, -1), scores.shape[-1])")],
            "softmax twice": [(WEIGHTS, f"{WEIGHTS}; weights = attention_weights(weights)")],
        },
        others={
            "a large number subtracted": masked(
                "scaled_scores(queries, keys) - 1e9 * (1 - tf.cast(mask, tf.float32))"),
            "keras.ops": masked("ops.where(mask, scaled_scores(queries, keys), -1e9)",
                                "ops.softmax(scores)"),
            "the lowest float": [("-1e9", "tf.float32.min")],
            "not where it is False": masked(
                "tf.where(tf.logical_not(mask), -1e9, scaled_scores(queries, keys))"),
            "einsum": [("tf.matmul(weights, values)",
                        "tf.einsum('...qk,...kv->...qv', weights, values)")],
        },
    ),
    "3.1": Case(
        "split_heads",
        slips={
            "reshape only": [(f"x = {CUT}", "pass"), (
                f"return {TURN}", "return tf.reshape(x, [batch, num_heads, time, -1])")],
            "not transposed": [(TURN, "x")],
            "interleaved": [("num_heads, d_model // num_heads", "d_model // num_heads, num_heads"),
                            ("[0, 2, 1, 3]", "[0, 3, 1, 2]")],
            "heads and sizes exchanged": [
                ("num_heads, d_model // num_heads", "d_model // num_heads, num_heads")],
            "transposed too far": [("[0, 2, 1, 3]", "[0, 2, 3, 1]")],
            "heads first": [("[0, 2, 1, 3]", "[2, 0, 1, 3]")],
            "time cut": [(CUT, "tf.reshape(x, [batch, num_heads, -1, d_model])"), (TURN, "x")],
            "first head for all": [(
                TURN, "tf.repeat(tf.transpose(x[:, :, :1], [0, 2, 1, 3]), num_heads, 1)")],
            "heads in reverse": [(TURN, f"{TURN}[:, ::-1]")],
            "not traced": [(TURN, "np.transpose(x, [0, 2, 1, 3])")],
        },
        others={
            "pieces stacked": [(CUT, "tf.split(x, num_heads, axis=-1)"),
                               (TURN, "tf.stack(x, axis=1)")],
            "keras.ops": [("tf.reshape", "ops.reshape"), ("tf.transpose", "ops.transpose")],
            "einsum": [(TURN, "tf.einsum('bthd->bhtd', x)")],
            "a loop of slices": [(f"x = {CUT}\n", "n = d_model // num_heads\n"), (
                TURN, "tf.stack([x[..., h * n:h * n + n] for h in range(num_heads)], 1)")],
        },
    ),
    "3.2": Case(
        "join_heads",
        slips={
            "reshape only": [(f"x = {TURN}", "pass")],
            "interleaved": [("[0, 2, 1, 3]", "[0, 2, 3, 1]")],
            "not joined": [(BACK, "x")],
            "heads added": [(f"x = {TURN}", "pass"), (BACK, "tf.reduce_sum(x, axis=1)")],
            "heads averaged": [(f"x = {TURN}", "pass"), (BACK, "tf.reduce_mean(x, axis=1)")],
            "first head": [(f"x = {TURN}", "pass"), (BACK, "x[:, 0]")],
            "one after another": [
                (f"x = {TURN}", "pass"), (BACK, "tf.concat(tf.unstack(x, axis=1), axis=1)")],
            "heads in reverse": [(TURN, "tf.transpose(x[:, ::-1], [0, 2, 1, 3])")],
            "transposed too far": [(TURN, "tf.transpose(x)")],
            "not traced": [(BACK, "np.reshape(x, [batch, time, -1])")],
        },
        others={
            "pieces side by side": [(f"x = {TURN}", "pass"),
                                    (BACK, "tf.concat(tf.unstack(x, axis=1), axis=-1)")],
            "keras.ops": [("tf.reshape", "ops.reshape"), ("tf.transpose", "ops.transpose")],
            "einsum": [(TURN, "tf.einsum('bhtd->bthd', x)")],
            "a loop": [(f"x = {TURN}", "pass"), (
                BACK, "tf.concat([x[:, h] for h in range(num_heads)], axis=2)")],
        },
    ),
    "3.3": Case(
        "MyAttention",
        check="my_attention",
        slips={
            "not split": [(f"= {p}", f"= self.to_{n}(x)") for p, n in
                          ((Q, "query"), (K, "key"), (V, "value"))]
            + [("join_heads(outputs)", "outputs")],
            "query and key exchanged": [("queries, keys, values, m", "keys, queries, values, m")],
            "key and value exchanged": [("queries, keys, values, m", "queries, values, keys, m")],
            "keys for values": [("keys, values, m", "keys, keys, m")],
            "queries for values": [("keys, values, m", "keys, queries, m")],
            "keys from to_query": [(K, Q)],
            "queries from to_key": [(Q, K)],
            "x for the queries": [(Q, "split_heads(x, self.num_heads)")],
            "x for the keys": [(K, "split_heads(x, self.num_heads)")],
            "x for the values": [(V, "split_heads(x, self.num_heads)")],
            "x for all": [(part, "split_heads(x, self.num_heads)") for part in (Q, K, V)],
            "to_query for all": [(K, Q), (V, Q)],
            "in a chain": [
                (f"queries = {Q}", "q = self.to_query(x); k = self.to_key(q)\n"
                 "        queries = split_heads(q, self.num_heads)"),
                (K, "split_heads(k, self.num_heads)"), (V, V.replace("(x)", "(k)"))],
            "outputs only": [(", weights\n", "\n")],
            "d_head for num_heads": [("self.num_heads)", "x.shape[-1] // self.num_heads)")],
            "no output layer": [(OUT, "join_heads(outputs)")],
            "output layer first": [(OUT, "join_heads(outputs)"),
                                   (f"queries = {Q}", f"x = self.to_output(x); queries = {Q}")],
            "joined by reshape": [("join_heads(outputs)", "tf.reshape(outputs, x.shape)")],
            "split by reshape": [
                (part, "tf.reshape(" + part.partition("(")[2].replace(
                    "self.num_heads", "[x.shape[0], self.num_heads, x.shape[1], -1]"))
                for part in (Q, K, V)],
            "x added": [(OUT, f"x + {OUT}")],
            "heads averaged": [(f"{OUT}, weights", f"{OUT}, tf.reduce_mean(weights, 1)")],
            "scaled twice": [("(queries, keys, v", "(queries / keys.shape[-1]**0.5, keys, v")],
            "mask ignored": [(CALL, "attention(queries, keys, values)")],
            "mask inverted": [("values, mask", "values, ~mask")],
            "mask after the softmax": [(CALL, "attention(queries, keys, values)"), (
                f"return {OUT}", "weights *= tf.cast(mask, tf.float32); "
                "outputs = weights @ values\n        " f"return {OUT}")],
            "zero for the mask": [(CALL, "attention(queries, keys, values)"), (
                f"return {OUT}", "weights = attention_weights(scaled_scores(queries, keys) * "
                "tf.cast(mask, tf.float32)); outputs = weights @ values\n        " f"return {OUT}")],
            "no gradient": [(CALL, CALL.replace("values,", "tf.stop_gradient(values),"))],
        },
        others={
            "a loop over heads": [(
                f"outputs, weights = {CALL}",
                "found = [masked_attention(queries[:, h], keys[:, h], values[:, h], "
                "tf.broadcast_to(mask, [x.shape[0], self.num_heads, x.shape[1], x.shape[1]])[:, h])"
                " for h in range(self.num_heads)]\n"
                "        outputs = tf.stack([o for o, _ in found], axis=1)\n"
                "        weights = tf.stack([w for _, w in found], axis=1)")],
            "einsum": [(
                f"outputs, weights = {CALL}",
                "s = tf.einsum('bhqd,bhkd->bhqk', queries, keys) / keys.shape[-1]**0.5\n"
                "        weights = tf.nn.softmax(tf.where(mask, s, -1e9))\n"
                "        outputs = tf.einsum('bhqk,bhkd->bhqd', weights, values)")],
            "in one line": [(f"queries = {Q}", "parts = [split_heads(f(x), self.num_heads) for f in"
                             " (self.to_query, self.to_key, self.to_value)]"),
                            (f"        keys = {K}\n", ""), (f"        values = {V}\n", ""),
                            ("(queries, keys, values, m", "(*parts, m")],
            "another name for the mask": [("x, mask):", "x, seen):"), ("s, mask)", "s, seen)")],
        },
    ),
    "4.1": Case(
        "add_positions",
        slips={
            "concatenated": [(ADDED, "tf.concat([x, 0 * x + table.astype('float32')], axis=-1)")],
            "not added": [(ADDED, 'table.astype("float32")')],
            "multiplied": [("x + table", "x * table")],
            "nothing added": [(ADDED, "x")],
            "over the batch": [("np.arange(time)", "np.arange(x.shape[0])"),
                               ('"float32")', '"float32")[:, None]')],
            "sine and cosine exchanged": [("np.sin(angle), np.cos", "np.cos(angle), np.sin")],
            "interleaved": [(TABLE, "np.stack([np.sin(angle), np.cos(angle)], 2)"
                                    ".reshape(time, d_model)")],
            "degrees": [("* rate", "* np.pi / 180 * rate")],
            "base 1000": [("10_000", "1000.0")],
            "base e": [(RATE, "np.exp(-np.arange(0, d_model, 2) / d_model)")],
            "rate upside down": [("(-np", "(np")],
            "exponent not doubled": [("np.arange(0, d_model, 2)", "np.arange(d_model // 2)")],
            "exponent doubled twice": [("-np.arange", "-2 * np.arange")],
            "exponent cut": [("10_000", "10_000.0"), (") / d_model", ") // d_model")],
            "counts from 1": [("np.arange(time)", "np.arange(1, time + 1)")],
            "a rate for each entry": [("0, d_model, 2", "d_model"), (TABLE, "np.sin(angle)")],
            "sines only": [("np.cos", "np.sin")],
            "cosines only": [("np.sin", "np.cos")],
            "one rate": [(RATE, "np.ones(d_model // 2)")],
            "steps in reverse": [("np.arange(time)", "np.arange(time)[::-1]")],
            "float64": [(ADDED, "x + tf.constant(table)")],
            "not traced": [(ADDED, "tf.constant(np.array(x) + table.astype('float32'))")],
        },
        others={
            "TensorFlow": function(
                "add_positions(x)", "_, time, d_model = x.shape",
                "i = tf.range(d_model // 2, dtype=tf.float32)",
                "angle = tf.range(time, dtype=tf.float32)[:, None] * 10000.0 ** (-2 * i / d_model)",
                "return x + tf.concat([tf.sin(angle), tf.cos(angle)], axis=1)"),
            "keras.ops": [("np.", "ops."), (".astype", "; table = ops.cast(table, 'float32')#"),
                          (RATE.replace("np.", "ops."),
                           "10_000.0 ** (-ops.arange(0, d_model, 2, dtype='float32') / d_model)"),
                          ("return x + table", "return x + ops.cast(table, 'float32') #"),
                          ("ops.arange(time)", "ops.arange(time, dtype='float32')")],
            "the logarithm of the base": [(
                RATE, "np.exp(-np.log(10_000) * np.arange(0, d_model, 2) / d_model)")],
            "one number after another": function(
                "add_positions(x)", "_, time, d = x.shape",
                "table = np.zeros((time, d), 'float32')", "for t in range(time):",
                "    for i in range(d // 2):", "        angle = t / 10000 ** (2 * i / d)",
                "        table[t, i], table[t, d // 2 + i] = np.sin(angle), np.cos(angle)",
                "return x + table[None]"),
        },
    ),
    "4.2": Case(
        "MyBlock",
        check="my_block",
        slips={
            "post-norm": [(FIRST, "self.attention(x, mask)"), ("x = x + y", "x = self.norm_1(x + y)"),
                          (f"x + {MLP}", "self.norm_2(x + self.narrow(tf.nn.relu(self.wide(x))))")],
            "no residual around attention": [("x = x + y", "x = y")],
            "no residual around the MLP": [(f"x + {MLP}", MLP)],
            "no residuals": [("x = x + y", "x = y"), (f"x + {MLP}", MLP)],
            "normalized added to, attention": [("x = x + y", "x = self.norm_1(x) + y")],
            "normalized added to, MLP": [(f"x + {MLP}", f"self.norm_2(x) + {MLP}")],
            "normalized added to, both": [("x = x + y", "x = self.norm_1(x) + y"),
                                          (f"x + {MLP}", f"self.norm_2(x) + {MLP}")],
            "no first norm": [("self.norm_1(x)", "x")],
            "no second norm": [("self.norm_2(x)", "x")],
            "no norms": [("self.norm_1(x)", "x"), ("self.norm_2(x)", "x")],
            "norms exchanged": [("self.norm_1(x)", "self.norm_0(x)"),
                                ("self.norm_2(x)", "self.norm_1(x)"),
                                ("self.norm_0(x)", "self.norm_2(x)")],
            "first norm twice": [("self.norm_2(x)", "self.norm_1(x)")],
            "normalized again at the end": [("return x", "return self.norm_2(x)")],
            "no ReLU": [("tf.nn.relu", "")],
            "gelu": [("tf.nn.relu", "tf.nn.gelu")],
            "tanh": [("tf.nn.relu", "tf.tanh")],
            "ReLU at the end": [(MLP, "tf.nn.relu(self.narrow(self.wide(self.norm_2(x))))")],
            "ReLU twice": [(MLP, f"tf.nn.relu({MLP})")],
            "side by side": [("x = x + y", "pass"), (f"x + {MLP}", f"x + y + {MLP}")],
            "residual twice, attention": [("x = x + y", "x = x + (x + y)")],
            "residual twice, MLP": [(f"x + {MLP}", f"2 * x + {MLP}")],
            "no attention": [("x = x + y", "pass")],
            "no MLP": [(f"x + {MLP}", "x")],
            "MLP first": [
                (f"        x = x + {MLP}\n", ""),
                (f"y, weights = {FIRST}", f"x = x + {MLP}\n        y, weights = {FIRST}")],
            "first x in the second sum": [
                ("x = x + y", "first, x = x, x + y"), (f"x + {MLP}", f"first + {MLP}")],
            "norms behind": [(FIRST, "self.attention(x, mask)"),
                             ("x = x + y", "x = x + self.norm_1(y)"),
                             (MLP, "self.norm_2(self.narrow(tf.nn.relu(self.wide(x))))")],
            "MLP of the attention's output": [("self.norm_2(x)", "self.norm_2(y)")],
            "mask inverted": [(", mask)\n", ", ~mask)\n")],
            "mask ignored": [("self.norm_1(x), mask", "self.norm_1(x), tf.ones_like(mask)")],
            "outputs only": [("return x, weights", "return x")],
            "not unpacked": [("y, weights = ", "y = "), (", weights", "")],
            "no gradient": [("self.narrow(tf", "self.narrow(tf.stop_gradient(tf"), ("x))))", "x)))))")],
        },
        others={
            "keras.ops": [("tf.nn.relu", "ops.relu")],
            "the maximum with 0": [("tf.nn.relu(self.wide(self.norm_2(x)))",
                                    "tf.maximum(self.wide(self.norm_2(x)), 0.0)")],
            "step by step": [(f"x = x + {MLP}",
                              "z = self.wide(self.norm_2(x))\n        z = keras.activations.relu(z)\n"
                              "        x += self.narrow(z)")],
            "Keras' sum": [("x = x + y", "x = keras.layers.add([x, y])")],
        },
    ),
    "4.3": Case(
        "write",
        slips={
            "one step late": [("t - 1]", "t]")],
            "last step's logits": [("t - 1]", "-1]")],
            "first step's logits": [("t - 1]", "0]")],
            "asked once": [(f"    {LOOP}\n        logits = model(tokens)\n",
                            f"    logits = model(tokens)\n    {LOOP}\n")],
            "least probable": [("argmax", "argmin")],
            "first example for all": [("logits[:, t - 1], axis=-1", "logits[0, t - 1]")],
            "first example only": [("tokens[:, t] =", "tokens[0, t] ="),
                                   ("logits[:, t - 1]", "logits[0, t - 1]")],
            "as many as examples": [("tokens.shape[1]", "len(tokens)")],
            "begins one late": [("range(start,", "range(start + 1,")],
            "begins too early": [("range(start,", "range(start - 1,")],
            "last missing": [("tokens.shape[1])", "tokens.shape[1] - 1)")],
            "one only": [("    return", "        return")],
            "nothing written": [("tokens[:, t] =", "symbol =")],
            "only the new ones": [("return tokens", "return tokens[:, start:]")],
            "over the batch": [("axis=-1", "axis=0")],
            "given overwritten": [("range(start,", "range(1,")],
            "appended": [(f"tokens[:, t] = {NEXT}",
                          "tokens = np.append(tokens, np.argmax(logits[:, -1:], -1), axis=1)")],
            "random": [(NEXT, "tf.random.categorical(logits[:, t - 1], 1)[:, 0]")],
        },
        others={
            "TensorFlow's argmax": [("np.argmax", "tf.argmax")],
            "only what is there": [("model(tokens)", "model(tokens[:, :t])"), ("t - 1]", "-1]")],
            "by the step before": [
                (LOOP, "for t in range(start - 1, tokens.shape[1] - 1):"),
                ("tokens[:, t] =", "tokens[:, t + 1] ="), ("t - 1]", "t]")],
            "example by example": [
                (f"tokens[:, t] = {NEXT}", "for n in range(len(tokens)):\n            "
                 "tokens[n, t] = int(ops.argmax(logits[n, t - 1]))")],
            "a growing list": function(
                WRITE[0], "tokens = np.array(tokens)", "columns = list(tokens[:, :start].T)",
                "while len(columns) < tokens.shape[1]:",
                "    logits = np.array(model(np.stack(columns, axis=1)))",
                "    columns.append(logits[:, -1].argmax(-1))", "return np.stack(columns, axis=1)"),
        },
    ),
}  # fmt: skip

# Likely mutants of the solutions that compute the same, to the digits that a check compares.
EQUIVALENT = {
    "1.1": {"d = keys.shape[-1]", "`d` is done twice."},
    "1.2": {"return tf.nn.softmax(scores)"},
    "1.3": {"`weights` is done twice."},
    "2.2": {
        "return step[:, None] >= step", "return step[:, None] >= step[:]", "`step` is done twice.",
    },
    "2.3": {
        *(f"scores = tf.where(mask, scaled_scores(queries, keys), {low})"
          for low in ("-1000000001.0", "-999999999.0", "-500000000.0")),
        "`scores` is done twice.", "`weights` is done twice.",
    },
    "3.1": {"`batch` is done twice.", "`x` is done twice."},
    "3.2": {"`batch` is done twice."},
    "3.3": {
        *(f"`{name}` is done twice." for name in ("queries", "keys", "values", "outputs")),
        "`values` comes before `keys`. Exchange the two steps.",
        "`keys` comes before `queries`. Exchange the two steps.",
    },
    "4.1": {
        "rate = 9999 ** (-np.arange(0, d_model, 2) / d_model)",
        "rate = 10001 ** (-np.arange(0, d_model, 2) / d_model)",
        "table = np.concatenate([np.sin(angle), np.cos(angle)], axis=-1)",
        *(f"`{name}` is done twice." for name in ("_", "rate", "angle", "table")),
    },
    "4.2": {"`y` is done twice."},
    "4.3": {
        "for t in range(start, tokens.shape[-1]):",
        "tokens[:, t] = np.argmax(logits[:, t - 1], axis=1)",
        "tokens[:, t] = np.argmax(logits[:, t - 1], axis=--1)",
        "the head of the loop is done twice.", "`tokens` is done twice.", "`logits` is done twice.",
    },
}  # fmt: skip
