"""Cases of Lab 4's checkers: wrong answers with the slip's name, and other right answers."""

from checker_cases import Case
from lab3_cases import function

X = "x = tf.reshape(images, [-1, rows, size, columns, size, channels])"
TURN = "tf.transpose(x, [0, 1, 3, 2, 4, 5])"
FLAT = "tf.reshape(x, [-1, rows * columns, size * size * channels])"
SIZES = "_, height, width, channels = images.shape"
GRID = "rows, columns = height // size, width // size"


def cuts(*lines: str) -> str:
    return function("cut(images, size)", SIZES, GRID, *lines)


def cut_in(order: str) -> list:
    return [("[0, 1, 3, 2, 4, 5]", order)]


def pastes(*lines: str) -> str:
    return function("paste(patches, size, height, width)", GRID,
                    "channels = patches.shape[2] // size**2", *lines)  # fmt: skip


IN_GRID = "x = tf.reshape(patches, [-1, rows, columns, size, size, channels])"
IMAGE = "tf.reshape(x, [-1, height, width, channels])"
BY_COLUMN = "x = tf.reshape(patches, [-1, columns, rows, size, size, channels])"
TOKENS = "tf.matmul(cut(images, size), kernel) + bias"


def embeds(*lines: str) -> str:
    return function("embed(images, size, kernel, bias)", *lines)


CONV = (
    "channels, d_model = images.shape[-1], kernel.shape[-1]",
    "w = tf.reshape(kernel, [size, size, channels, d_model])",
    'x = tf.nn.conv2d(images, w, strides=size, padding="VALID")',
)
FLAT_CONV = "return tf.reshape(x, [tf.shape(x)[0], -1, d_model]) + bias"
FIRST = "first = tf.repeat(token, tf.shape(x)[0], axis=0)"
JOIN = "tf.concat([first, x], axis=1)"


def classes(*lines: str) -> str:
    return function("add_class_token(x, token)", *lines)


TABLE = 'self.add_weight((steps, d_model), "normal")'


def positions(table: str = TABLE, sum_: str = "x + self.table", more: str = "") -> str:
    return (
        "class MyPositions(keras.layers.Layer):\n    def __init__(self, steps, d_model):\n"
        f"        super().__init__()\n        self.table = {table}\n\n    def call(self, x):\n"
        f"{more}        return {sum_}\n"
    )


def encodes(*lines: str) -> str:
    return function("encode(x, blocks, norm, training)", "maps = []", *lines)


ASK = "block(x, training=training, return_attention_scores=True)"
LOOP = ("for block in blocks:", f"    x, weights = {ASK}", "    maps.append(weights)")


def looped(old: str, new: str, end: str = "return norm(x), maps") -> str:
    lines = [line.replace(old, new) for line in LOOP]
    assert lines != list(LOOP), old
    return encodes(*lines, end)


def answers(line: str) -> str:
    return function("classify(x, head)", f"return {line}")


SPARSE = "keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)"
APPLY = "optimizer.apply(gradients, model.trainable_variables)"


def trains(
    loss: str = f"tf.reduce_mean({SPARSE})", call: str = "model(images, training=True)",
    apply: str = APPLY, end: str = "return loss",
) -> str:  # fmt: skip
    return function(
        "train_step(model, optimizer, images, labels)", "with tf.GradientTape() as tape:",
        f"    logits = {call}", f"    loss = {loss}",
        "gradients = tape.gradient(loss, model.trainable_variables)", apply, end,
    )  # fmt: skip


def grids(*lines: str) -> str:
    return function("attention_grid(weights, rows, columns)", *lines)


ROW = "tf.reduce_mean(weights[:, :, 0, 1:], axis=1)"
IN_ROWS = "tf.reshape(row, [-1, rows, columns])"


def tunes(*lines: str) -> str:
    return function("fine_tune(body, classes, train)", *lines)


NEW, FREEZE, HEAD = "model = Classifier(body, classes)", "body.trainable = False", "train(model, 1e-2)"
THAW, ALL, END = "body.trainable = True", "train(model, 1e-3)", "return model"

CASES = {
    "1.1": Case(
        "cut",
        slips={
            "reshape only": cuts(f"return {FLAT}".replace("(x,", "(images,")),
            "column-major": cut_in("[0, 3, 1, 2, 4, 5]"),
            "pixels column-major": cut_in("[0, 1, 3, 4, 2, 5]"),
            "image transposed": [(X, f"images = tf.transpose(images, [0, 2, 1, 3])\n    "
                                     "x = tf.reshape(images, [-1, columns, size, rows, size, "
                                     "channels])")],
            "channels first": cut_in("[0, 1, 3, 5, 2, 4]"),
            "height and width swapped": [("rows, size, columns, size, c", "columns, size, rows, "
                                                                          "size, c")],
            "size is the number of patches": [
                (X, "rows = columns = size; p, q = height // size, width // size\n"
                    "    x = tf.reshape(images, [-1, rows, p, columns, q, channels])"),
                ("size * size * channels])\n", "p * q * channels])\n")],
            "overlapping": cuts(
                "x = tf.image.extract_patches(images, [1, size, size, 1], [1, 1, 1, 1], "
                '[1, 1, 1, 1], "VALID")',
                "return tf.reshape(x, [tf.shape(x)[0], -1, size * size * channels])"),
            "pixels from far apart": [
                (X, "x = tf.reshape(images, [-1, size, rows, size, columns, channels])"),
                ("[0, 1, 3, 2, 4, 5]", "[0, 2, 4, 1, 3, 5]")],
            "not flattened": [(FLAT, "tf.reshape(x, [-1, rows * columns, size, size, channels])")],
            "grid kept": [("rows * columns, size *", "rows, columns, size *")],
            "batch lost": [("[-1, rows * columns, size *", "[-1, size *")],
            "patches last": [(FLAT, f"tf.transpose({FLAT}, [0, 2, 1])")],
            "averaged": [(FLAT, "tf.reshape(tf.reduce_mean(x, [3, 4]), [-1, rows * columns, "
                                "channels])")],
            "one channel": [(FLAT, "tf.reshape(x[..., 0], [-1, rows * columns, size * size])")],
            "gray": [(FLAT, "tf.reshape(tf.reduce_mean(x, -1), [-1, rows * columns, "
                            "size * size])")],
            "first row of patches": [(FLAT, f"{FLAT}[:, :columns]")],
            "upper left pixel": [(FLAT, "tf.reshape(images[:, ::size, ::size], [-1, rows * columns,"
                                        " channels])")],
            "not traced": [(X, "x = np.reshape(images, [-1, rows, size, columns, size, channels])")],
        },
        others={
            "extract_patches": cuts(
                "x = tf.image.extract_patches(images, [1, size, size, 1], [1, size, size, 1], "
                '[1, 1, 1, 1], "VALID")', f"return {FLAT}"),
            "two loops": cuts(
                "squares = [images[:, i:i + size, j:j + size] for i in range(0, height, size) "
                "for j in range(0, width, size)]",
                "return tf.stack([tf.reshape(s, [-1, size * size * channels]) for s in squares], 1)"),
            "keras.ops": [("tf.reshape", "ops.reshape"), ("tf.transpose", "ops.transpose")],
            "einsum": [(TURN, "tf.einsum('brpcqk->brcpqk', x)")],
            "space to depth": cuts(f"return tf.reshape(tf.nn.space_to_depth(images, size), "
                                   "[-1, rows * columns, size * size * channels])"),
            "an eye for a kernel": cuts(
                "n = size * size * channels",
                "w = tf.reshape(tf.eye(n), [size, size, channels, n])",
                'x = tf.nn.conv2d(images, w, size, "VALID")', f"return {FLAT}"),
        },
    ),
    "1.2": Case(
        "paste",
        slips={
            "reshape only": pastes(f"return {IMAGE}".replace("(x,", "(patches,")),
            "column-major": [(IN_GRID, BY_COLUMN), ("[0, 1, 3, 2, 4, 5]", "[0, 2, 3, 1, 4, 5]")],
            "pixels column-major": [("[0, 1, 3, 2, 4, 5]", "[0, 1, 4, 2, 3, 5]")],
            "image transposed": [("[0, 1, 3, 2, 4, 5]", "[0, 2, 4, 1, 3, 5]"),
                                 ("height, width, channels])", "width, height, channels])")],
            "channels first": [(IN_GRID, "x = tf.reshape(patches, [-1, rows, columns, channels, "
                                         "size, size])"),
                               ("[0, 1, 3, 2, 4, 5]", "[0, 1, 4, 2, 5, 3]")],
            "rows and columns swapped": [(IN_GRID, BY_COLUMN)],
            "height and width swapped": [("height, width, channels])", "width, height, channels])")],
            "grid kept": [(IMAGE, "x")],
            "not transposed": [(TURN, "x"), (IMAGE, "x")],
            "one below the other": [(TURN, "x"), (IMAGE, "tf.reshape(x, [-1, rows * columns * size, "
                                                         "size, channels])")],
            "side by side": pastes(
                "x = tf.reshape(patches, [-1, rows * columns, size, size, channels])",
                "return tf.concat(tf.unstack(x, axis=1), axis=2)"),
            "first patch for all": pastes(
                "x = tf.reshape(patches[:, 0], [-1, size, size, channels])",
                "return tf.tile(x, [1, rows, columns, 1])"),
            "flattened": [(IMAGE, "tf.reshape(x, [-1, height * width * channels])")],
            "not traced": [(IN_GRID, IN_GRID.replace("tf.", "np."))],
        },
        others={
            "depth to space": pastes(
                "x = tf.reshape(patches, [-1, rows, columns, size * size * channels])",
                "return tf.nn.depth_to_space(x, size)"),
            "two loops": pastes(
                "x = tf.reshape(patches, [-1, rows, columns, size, size, channels])",
                "lines = [tf.concat([x[:, r, c] for c in range(columns)], 2) for r in range(rows)]",
                "return tf.concat(lines, 1)"),
            "keras.ops": [("tf.reshape", "ops.reshape"), ("tf.transpose", "ops.transpose")],
            "einsum": [(TURN, "tf.einsum('brcpqk->brpcqk', x)")],
            "lines joined": pastes(
                IN_GRID, "x = tf.concat(tf.unstack(x, axis=2), axis=3)", f"return {IMAGE}"),
        },
    ),
    "2.1": Case(
        "embed",
        slips={
            "no bias": [(" + bias", "")],
            "bias twice": [("+ bias", "+ 2 * bias")],
            "bias subtracted": [("+ bias", "- bias")],
            "kernel transposed": [("kernel)", "kernel, transpose_b=True)")],
            "reshape only": [("cut(images, size)", "tf.reshape(images, cut(images, size).shape)")],
            "column-major": embeds(*CONV, "x = tf.transpose(x, [0, 2, 1, 3])",
                                   FLAT_CONV),
            "channels first": embeds(
                CONV[0], "w = tf.reshape(kernel, [channels, size, size, d_model])",
                "w = tf.transpose(w, [1, 2, 0, 3])", CONV[2],
                FLAT_CONV),
            "height and width swapped": [("cut(images, size)", (
                "cut(tf.reshape(images, [len(images), images.shape[2], images.shape[1], "
                "images.shape[3]]), size)"))],
            "overlapping": embeds(*CONV[:2], CONV[2].replace("=size", "=1"),
                                  FLAT_CONV),
            "grid kept": embeds(*CONV, "return x + bias"),
            "averaged over patches": [(TOKENS, f"tf.reduce_mean({TOKENS}, 1)")],
            "summed over patches": [(TOKENS, f"tf.reduce_sum({TOKENS}, 1)")],
            "ReLU": [(TOKENS, f"tf.nn.relu({TOKENS})")],
            "GELU": [(TOKENS, f"tf.nn.gelu({TOKENS})")],
            "tanh": [(TOKENS, f"tf.tanh({TOKENS})")],
            "patches not embedded": [(TOKENS, "cut(images, size)")],
            "not traced": [(TOKENS, "np.matmul(cut(images, size), kernel) + bias")],
        },
        others={
            "a convolution": embeds(*CONV, FLAT_CONV),
            "einsum": [("tf.matmul(cut(images, size), kernel)",
                        "tf.einsum('bpn,nd->bpd', cut(images, size), kernel)")],
            "keras.ops": [("tf.matmul", "ops.matmul")],
            "an at sign": [(TOKENS, "cut(images, size) @ kernel + bias")],
            "tensordot": [(TOKENS, "tf.nn.bias_add(tf.tensordot(cut(images, size), kernel, 1), "
                                   "bias)")],
        },
    ),
    "2.2": Case(
        "add_class_token",
        slips={
            "last": [("[first, x]", "[x, first]")],
            "added": [(JOIN, "x + token")],
            "first patch replaced": [("[first, x]", "[first, x[:, 1:]]")],
            "last patch lost": [("[first, x]", "[first, x[:, :-1]]")],
            "beside the numbers": [(JOIN, "tf.concat([0 * x + token, x], axis=-1)")],
            "along the batch": [(JOIN, "tf.concat([0 * x[:1] + token, x], axis=0)")],
            "not repeated": [(FIRST, "first = token")],
            "mean of the patches": [(FIRST, "first = tf.reduce_mean(x, 1, keepdims=True)")],
            "zeros": [(FIRST, "first = tf.zeros_like(x[:, :1])")],
            "ones": [(FIRST, "first = tf.ones_like(x[:, :1])")],
            "on both sides": [("[first, x]", "[first, x, first]")],
            "twice": [("[first, x]", "[first, first, x]")],
            "before each patch": [("[first, x]", "[tf.concat([first, x[:, i:i + 1]], 1) for i in "
                                                 "range(x.shape[1])]")],
            "first image only": [(FIRST, "first = tf.concat([token, tf.zeros_like(x[1:, :1])], 0)")],
            "token alone": [(JOIN, "first")],
            "no gradient": [(FIRST, "first = tf.stop_gradient(tf.repeat(token, tf.shape(x)[0], 0))")],
            "not traced": [(FIRST, "first = np.repeat(token, len(x), axis=0)")],
        },
        others={
            "tile": [(FIRST, "first = tf.tile(token, [tf.shape(x)[0], 1, 1])")],
            "keras.ops": classes("first = ops.broadcast_to(token, (ops.shape(x)[0], 1, x.shape[2]))",
                                 "return ops.concatenate([first, x], axis=1)"),
            "stretched by a sum": [(FIRST, "first = 0 * x[:, :1] + token")],
            "padded, then added": classes(
                "x = tf.pad(x, [[0, 0], [1, 0], [0, 0]])",
                "here = tf.cast(tf.range(tf.shape(x)[1]) == 0, x.dtype)",
                "return x + here[:, None] * token"),
        },
    ),
    "2.3": Case(
        "MyPositions",
        check="my_positions",
        slips={
            "concatenated": positions(sum_="tf.concat([x, 0 * x + self.table], axis=-1)"),
            "behind": positions(sum_="tf.concat([x, 0 * x + self.table], axis=1)"),
            "multiplied": positions(sum_="x * self.table"),
            "subtracted": positions(sum_="x - self.table"),
            "only the table": positions(sum_="self.table + 0"),
            "nothing added": positions(sum_="x"),
            "added twice": positions(sum_="x + self.table + self.table"),
            "shared over the steps": positions('self.add_weight((d_model,), "normal")'),
            "a number for each step": positions('self.add_weight((steps, 1), "normal")'),
            "class token left out": positions(
                sum_="tf.concat([x[:, :1], x[:, 1:] + self.table[1:]], axis=1)"),
            "patches left out": positions(
                sum_="tf.concat([x[:, :1] + self.table[:1], x[:, 1:]], axis=1)"),
            "over the batch": positions(sum_="x + self.table[:x.shape[0], None]"),
            "steps in reverse": positions(sum_="x + self.table[::-1]"),
            "baked in": positions("tf.random.normal((steps, d_model), stddev=0.05)"),
            "variable unseen": positions("tf.Variable(tf.zeros((steps, d_model)))"),
            "frozen": positions(TABLE.replace('l")', 'l", trainable=False)')),
            "no gradient": positions(sum_="x + tf.stop_gradient(self.table)"),
        },
        others={
            "an axis for the batch": positions('self.add_weight((1, steps, d_model), "zeros")'),
            "made in build": (
                "class MyPositions(keras.layers.Layer):\n    def __init__(self, steps, d_model):\n"
                "        super().__init__()\n\n    def build(self, shape):\n"
                "        self.table = self.add_weight(shape[1:], 'normal')\n\n"
                "    def call(self, x):\n        return x + self.table\n"),
            "an embedding": positions(
                "keras.layers.Embedding(steps, d_model)", "x + self.table(tf.range(tf.shape(x)[1]))"),
            "Keras' variable": positions(
                "keras.Variable(np.zeros((steps, d_model)), dtype='float32')",
                "x + self.table[:tf.shape(x)[1]]"),
            "keras.ops": positions(sum_="ops.add(x, self.table)"),
        },
    ),
    "3.1": Case(
        "encode",
        slips={
            "all from the first": encodes(
                "start = x", *[line.replace("block(x", "block(start") for line in LOOP],
                "return norm(x), maps"),
            "no normalization": [("norm(x)", "x")],
            "normalized first": encodes("x = norm(x)", *LOOP, "return x, maps"),
            "normalized before and after": encodes("x = norm(x)", *LOOP, "return norm(x), maps"),
            "normalized after each block": encodes(*LOOP, "    x = norm(x)", "return x, maps"),
            "normalized twice": [("norm(x)", "norm(norm(x))")],
            "first block only": [("in blocks", "in blocks[:1]")],
            "last block left out": [("in blocks", "in blocks[:-1]")],
            "first block for all": looped("= block(", "= blocks[0]("),
            "blocks in reverse": looped("in blocks", "in reversed(blocks)"),
            "training flag forgotten": looped("training=training, ", ""),
            "always training": looped("=training,", "=True,"),
            "training flag inverted": looped("=training,", "=not training,"),
            "added again": encodes(
                "for block in blocks:", f"    y, weights = {ASK}", "    x = x + y",
                "    maps.append(weights)", "return norm(x), maps"),
            "first maps only": [("norm(x), maps", "norm(x), maps[0]")],
            "last maps only": [("norm(x), maps", "norm(x), weights")],
            "maps in reverse": [("norm(x), maps", "norm(x), maps[::-1]")],
            "last maps again and again": encodes(
                *LOOP[:2], "return norm(x), [weights for _ in blocks]"),
            "weights not asked for": looped(", return_attention_scores=True", ""),
            "outputs only": [("norm(x), maps", "norm(x)")],
        },
        others={
            "by index": encodes(
                "for i in range(len(blocks)):", f"    x, w = {ASK.replace('block(', 'blocks[i](')}",
                "    maps += [w]", "return norm(x), maps"),
            "a tuple of maps": [("norm(x), maps", "(norm(x), tuple(maps))")],
            "all by name": looped("(x, tr", "(x, attention_mask=None, tr"),
            "recursion": encodes(
                "if not blocks:", "    return norm(x), maps",
                f"x, w = {ASK.replace('block(', 'blocks[0](')}",
                "x, rest = encode(x, blocks[1:], norm, training)", "return x, [w, *rest]"),
        },
    ),
    "3.2": Case(
        "classify",
        slips={
            "mean of all steps": answers("head(tf.reduce_mean(x, axis=1))"),
            "mean of the patches": answers("head(tf.reduce_mean(x[:, 1:], axis=1))"),
            "largest of all steps": answers("head(tf.reduce_max(x, axis=1))"),
            "sum of all steps": answers("head(tf.reduce_sum(x, axis=1))"),
            "last step": answers("head(x[:, -1])"),
            "first patch": answers("head(x[:, 1])"),
            "all steps": answers("head(x)"),
            "first image": answers("head(x[0])"),
            "axis kept": answers("head(x[:, :1])"),
            "first entries": answers("head(x[..., 0])"),
            "probabilities": answers("tf.nn.softmax(head(x[:, 0]))"),
            "log probabilities": answers("tf.nn.log_softmax(head(x[:, 0]))"),
            "class number": answers("tf.argmax(head(x[:, 0]), axis=-1)"),
            "head left out": answers("x[:, 0]"),
            "ReLU": answers("tf.nn.relu(head(x[:, 0]))"),
            "no gradient": answers("head(tf.stop_gradient(x)[:, 0])"),
        },
        others={
            "head first": answers("head(x)[:, 0]"),
            "gather": answers("head(tf.gather(x, 0, axis=1))"),
            "keras.ops": answers("head(ops.take(x, 0, axis=1))"),
            "squeezed": answers("tf.squeeze(head(x[:, :1]), axis=1)"),
            "unstacked": answers("head(tf.unstack(x, axis=1)[0])"),
        },
    ),
    "4.1": Case(
        "train_step",
        slips={
            "training flag forgotten": trains(call="model(images)"),
            "logits taken for probabilities": trains(f"tf.reduce_mean({SPARSE})".replace(
                ", from_logits=True", "")),
            "softmax twice": trains(call="tf.nn.softmax(model(images, training=True))"),
            "summed": trains(f"tf.reduce_sum({SPARSE})"),
            "not averaged": trains(SPARSE),
            "not applied": trains(apply="pass"),
            "applied twice": trains(apply=f"{APPLY}; {APPLY}"),
            "uphill": trains(apply=APPLY.replace("(gradients", "([-g for g in gradients]")),
            "first weight only": trains(apply="optimizer.apply(gradients[:1], "
                                              "model.trainable_variables[:1])"),
            "last weight only": trains(apply="optimizer.apply(gradients[1:], "
                                             "model.trainable_variables[1:])"),
            "loss after the step": trains(end=(
                f"logits = model(images, training=True); return tf.reduce_mean({SPARSE})")),
            "mean squared error": trains(
                "tf.reduce_mean((logits - tf.one_hot(labels, logits.shape[1])) ** 2)"),
            "first class for all": trains(f"tf.reduce_mean({SPARSE})".replace(
                "(labels", "(0 * labels")),
            "logits returned": trains(end="return logits"),
            "accuracy returned": trains(end=(
                "return tf.reduce_mean(tf.cast(tf.argmax(logits, 1, tf.int32) == labels, "
                "tf.float32))")),
            "outside the tape": function(
                "train_step(model, optimizer, images, labels)",
                "logits = model(images, training=True)", "with tf.GradientTape() as tape:",
                f"    loss = tf.reduce_mean({SPARSE})",
                "gradients = tape.gradient(loss, model.trainable_variables)", APPLY, "return loss"),
            "one-hot labels": trains(f"tf.reduce_mean({SPARSE})".replace(
                "(labels", "(tf.one_hot(labels, logits.shape[1])")),
            "sparse forgotten": trains(f"tf.reduce_mean({SPARSE})".replace("sparse_", "")),
            "not traced": trains(end="return loss.numpy()"),
        },
        others={
            "apply_gradients": trains(
                apply="optimizer.apply_gradients(zip(gradients, model.trainable_variables))"),
            "a loss object": trains(
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)"),
            "TensorFlow's loss": trains(
                "tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))"),
            "one-hot and categorical": trains(
                "tf.reduce_mean(keras.losses.categorical_crossentropy(tf.one_hot(labels, "
                "logits.shape[1]), logits, from_logits=True))"),
            "by hand": trains(
                "-tf.reduce_mean(tf.gather(tf.nn.log_softmax(logits), labels, axis=1, "
                "batch_dims=1))"),
            "probabilities": trains(
                f"tf.reduce_mean({SPARSE})".replace(", from_logits=True", ""),
                call="tf.nn.softmax(model(images, training=True))"),
        },
    ),
    "5.1": Case(
        "attention_grid",
        slips={
            "class column kept": [("0, 1:]", "0, :-1]")],
            "looked at it": [("0, 1:]", "1:, 0]")],
            "all queries": [("weights[:, :, 0, 1:], axis=1", "weights[..., 1:], axis=[1, 2]")],
            "patch queries": [("weights[:, :, 0, 1:], axis=1", "weights[:, :, 1:, 1:], axis=[1, 2]")],
            "first patch's row": [("0, 1:]", "1, 1:]")],
            "last patch's row": [("0, 1:]", "-1, 1:]")],
            "first head": [(ROW, "weights[:, 0, 0, 1:]")],
            "last head": [(ROW, "weights[:, -1, 0, 1:]")],
            "largest head": [("reduce_mean", "reduce_max")],
            "summed over heads": [("reduce_mean", "reduce_sum")],
            "heads kept": [(ROW, "weights[:, :, 0, 1:]"),
                           ("[-1, rows, columns]", "[len(row), -1, rows, columns]")],
            "over the batch": [("axis=1", "axis=0")],
            "column-major": [(IN_ROWS, "tf.transpose(tf.reshape(row, [-1, columns, rows]), "
                                       "[0, 2, 1])")],
            "rows and columns swapped": [("rows, columns])", "columns, rows])")],
            "transposed": [(IN_ROWS, f"tf.transpose({IN_ROWS}, [0, 2, 1])")],
            "not a grid": [(IN_ROWS, "row")],
            "made to sum to 1": [(IN_ROWS, f"{IN_ROWS} / tf.reduce_sum({IN_ROWS}, [1, 2], "
                                           "keepdims=True)")],
            "largest is 1": [(IN_ROWS, f"{IN_ROWS} / tf.reduce_max({IN_ROWS}, [1, 2], "
                                       "keepdims=True)")],
            "first image only": [(IN_ROWS, f"{IN_ROWS}[0]")],
            "softmax again": [(IN_ROWS, IN_ROWS.replace("(row", "(tf.nn.softmax(row)"))],
            "class column not left out": [("0, 1:]", "0]")],
        },
        others={
            "NumPy": grids("row = np.array(weights)[:, :, 0, 1:].mean(axis=1)",
                           "return row.reshape(-1, rows, columns)"),
            "mean last": grids("x = tf.reshape(weights[:, :, 0, 1:], [len(weights), -1, rows, "
                               "columns])", "return tf.reduce_mean(x, axis=1)"),
            "keras.ops": grids("row = ops.mean(weights, axis=1)[:, 0, 1:]",
                               "return ops.reshape(row, (-1, rows, columns))"),
            "a loop over images": grids("maps = [tf.reduce_mean(w, 0)[0, 1:] for w in weights]",
                                        "return tf.stack([tf.reshape(m, [rows, columns]) for m in "
                                        "maps])"),
        },
    ),
    "6.1": Case(
        "fine_tune",
        slips={
            "never trained": tunes(NEW, FREEZE, THAW, END),
            "train called without a model": tunes(NEW, FREEZE, "train(1e-2)", THAW, "train(1e-3)",
                                                  END),
            "classes fixed": tunes("model = Classifier(body, 7)", FREEZE, HEAD, THAW, ALL, END),
            "head not replaced": tunes(
                "model = Classifier(body, classes + 1)", FREEZE, HEAD, THAW, ALL, END),
            "new body": tunes("body = Body((2, 2, 1), 1, 4, 1)", NEW, FREEZE, HEAD, THAW, ALL, END),
            "body forgotten": tunes(
                NEW, "body.set_weights([0 * w for w in body.get_weights()])", FREEZE, HEAD, THAW,
                ALL, END),
            "all frozen": tunes(NEW, "model.trainable = False", HEAD, "model.trainable = True", ALL,
                                END),
            "body not frozen": tunes(NEW, HEAD, ALL, END),
            "frozen too late": tunes(NEW, HEAD, FREEZE, ALL, END),
            "head frozen": tunes(NEW, "model.head.trainable = False", HEAD,
                                 "model.head.trainable = True", ALL, END),
            "trained once": tunes(NEW, FREEZE, HEAD, END),
            "not unfrozen": tunes(NEW, FREEZE, HEAD, ALL, END),
            "head frozen in the end": tunes(NEW, FREEZE, HEAD, THAW, "model.head.trainable = False",
                                            ALL, END),
            "second head": tunes(NEW, FREEZE, HEAD, THAW, NEW, ALL, END),
            "same rate": tunes(NEW, FREEZE, HEAD, THAW, HEAD, END),
            "rates exchanged": tunes(NEW, FREEZE, ALL, THAW, HEAD, END),
            "too many trainings": tunes(NEW, FREEZE, HEAD, THAW, ALL, ALL, END),
            "returns nothing": tunes(NEW, FREEZE, HEAD, THAW, ALL),
            "returns the body": tunes(NEW, FREEZE, HEAD, THAW, ALL, "return body"),
            "returns something else": tunes(NEW, FREEZE, HEAD, THAW, ALL, "return 1"),
            "body left frozen": tunes(NEW, FREEZE, HEAD, THAW, ALL, FREEZE, END),
        },
        others={
            "by way of the model": tunes(NEW, "model.body.trainable = False", HEAD,
                                         "model.body.trainable = True", ALL, END),
            "frozen before": tunes(FREEZE, NEW, HEAD, THAW, ALL, END),
            "a loop": tunes(NEW, "for learns, rate in [(False, 1e-2), (True, 1e-3)]:",
                            "    body.trainable = learns", "    train(model, rate)", END),
            "other rates, by name": tunes(NEW, FREEZE, "train(model, rate=5e-3)", THAW,
                                          "train(model=model, rate=5e-4)", END),
        },
    ),
}  # fmt: skip

# What the likely mutants of a solution change without changing what it computes.
EQUIVALENT: dict[str, set[str]] = {}
