"""Drawn faces: the image data that comes with the package.

A renderer draws a face for every combination of the nine labels of Causal Graph 1 (Kocaoglu et
al. 2017), each label plainly visible whatever the others are, with continuous nuisance that does
not depend on the labels. The truth of every image is therefore known, and so is its
counterfactual: the same nuisance under other labels.
"""

from scm_compiler.runtime.data.drawn_faces.face import draw, draw_from
from scm_compiler.runtime.data.drawn_faces.person import LABELS, NUISANCE, sample_nuisance

__all__ = ["LABELS", "NUISANCE", "draw", "draw_from", "sample_nuisance"]
