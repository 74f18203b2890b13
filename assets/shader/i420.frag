#version 110
// Draws a 4:2:0 picture whose planes arrive as textures with four samples a
// texel: a plane of width w is an RGBA texture of width w/4. BT.601, studio
// range, as VP8 carries it. Luma is interpolated, chroma is not.
uniform vec2 frame;
uniform vec4 bounds;
uniform sampler2D planey;
uniform sampler2D planeu;
uniform sampler2D planev;
uniform float width;   // of the picture, in samples
uniform float height;
uniform float stridey; // of the texture, in samples
uniform float mirror;

float pick(sampler2D plane, vec2 p, vec2 size, float stride) {
    vec2 at = clamp(floor(p), vec2(0.0), size - 1.0);
    float texel = floor(at.x / 4.0);
    float lane = at.x - texel * 4.0;
    vec4 q = texture2D(plane, vec2((texel + 0.5) * 4.0 / stride, (at.y + 0.5) / size.y));
    return lane < 0.5 ? q.r : (lane < 1.5 ? q.g : (lane < 2.5 ? q.b : q.a));
}

void main() {
    vec2 at = vec2((gl_FragCoord.x - bounds.x) / (bounds.z - bounds.x),
                   (frame.y - gl_FragCoord.y - bounds.y) / (bounds.w - bounds.y));
    if (mirror > 0.5) at.x = 1.0 - at.x;
    vec2 size = vec2(width, height);
    vec2 p = at * size;
    vec2 q = p - 0.5;
    vec2 f = fract(q);
    float top = mix(pick(planey, q, size, stridey), pick(planey, q + vec2(1.0, 0.0), size, stridey), f.x);
    float low = mix(pick(planey, q + vec2(0.0, 1.0), size, stridey), pick(planey, q + vec2(1.0, 1.0), size, stridey), f.x);
    float y = 1.164 * (mix(top, low, f.y) - 0.0627);
    vec2 half_size = floor((size + 1.0) * 0.5);
    float u = pick(planeu, p * 0.5, half_size, stridey * 0.5) - 0.502;
    float v = pick(planev, p * 0.5, half_size, stridey * 0.5) - 0.502;
    gl_FragColor = vec4(y + 1.596 * v, y - 0.392 * u - 0.813 * v, y + 2.017 * u, 1.0);
}
