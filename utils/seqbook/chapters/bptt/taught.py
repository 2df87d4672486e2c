"""What `notebooks/bptt.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import numpy as np
import tensorflow as tf

def forward(x, h_0, weights):
    """States (batch, T + 1, units) and answers (batch, T, outputs)."""
    W_xh, W_hh, b_h, W_hy, b_y = weights
    states = [h_0]
    for t in range(x.shape[1]):
        states.append(np.tanh(states[-1] @ W_hh + x[:, t] @ W_xh + b_h))
    states = np.stack(states, axis=1)
    return states, states[:, 1:] @ W_hy + b_y


def backward(x, y, states, y_hat, weights):
    """Gradients of L = ½ Σ (y_hat - y)²: at each weight, and at each state."""
    W_xh, W_hh, b_h, W_hy, b_y = weights
    dy = y_hat - y
    dh = np.zeros_like(states)
    dh[:, 1:] = dy @ W_hy.T  # what each state hears from its own loss
    dW_xh, dW_hh, db_h = (np.zeros_like(w) for w in (W_xh, W_hh, b_h))
    for t in range(x.shape[1], 0, -1):
        dz = (1 - states[:, t] ** 2) * dh[:, t]  # back through tanh
        dW_xh += x[:, t - 1].T @ dz
        dW_hh += states[:, t - 1].T @ dz
        db_h += dz.sum(axis=0)
        dh[:, t - 1] += dz @ W_hh.T  # what the state before hears from here
    dW_hy = np.einsum("btu,bto->uo", states[:, 1:], dy)
    return [dW_xh, dW_hh, db_h, dW_hy, dy.sum(axis=(0, 1))], dh


def state_gradient_norms(step, states, xs, loss):
    """‖∂L/∂h_t‖ for t = 0 ... T, where L = loss(states after the last step).

    step(x_t, states) gives the new states; states: a list of (batch, units);
    xs: (timesteps, batch, inputs). Several states count as one long vector.
    """
    history = [[tf.convert_to_tensor(s) for s in states]]
    with tf.GradientTape() as tape:
        tape.watch(history[0])
        for x_t in xs:
            history.append(list(step(x_t, history[-1])))
        value = loss(history[-1])
    by_state = tape.gradient(value, history)
    return np.array([float(tf.linalg.global_norm(g)) for g in by_state])


def clip_by_global_norm(grads, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    factor = limit / max(norm, limit)  # 1 if the norm is within the limit
    return [factor * g for g in grads]
