#version 330 core
// Nothing but its colour: the insides of boxes are most of a picture.
flat in vec4 ink_of;
out vec4 color;

void main() { color = ink_of; }
